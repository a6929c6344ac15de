// The code may come behind the # of a link: that part is never sent anywhere, and no log ever holds it.
(() => {
  'use strict';
  const field = document.querySelector('input[name=code]');
  if (!field || location.hash.length < 2) return;
  field.value = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, '', location.pathname);
})();
