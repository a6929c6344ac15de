// A screen that nobody touches locks: the server ends the session, and this page goes to sign-in. Reading and typing
// count as being there. What a page asks by itself, because something changed, is marked, so that it does not count.
(() => {
  'use strict';
  const { idle, here, signIn } = document.body.dataset;
  if (!idle) return;
  const LOCKS = idle * 1000, TELLS = 60_000, JUST_NOW = 5_000, LOOKS = 10_000;
  let touched = Date.now(), told = touched, away = false;

  for (const name of ['pointerdown', 'keydown', 'wheel', 'touchmove'])
    document.addEventListener(name, () => { touched = Date.now(); }, { capture: true, passive: true });

  async function ask(headers) {
    const answer = await fetch(here, { headers, cache: 'no-store' }).catch(() => null);
    if (answer?.status === 401) leave();
  }
  function leave() {
    if (away) return;
    away = true;
    document.body.replaceChildren();
    location.replace(`${signIn}?next=${encodeURIComponent(location.pathname + location.search)}`);
  }
  function look() {
    const now = Date.now();
    if (touched > told && now - told >= TELLS) { told = now; ask({}); }
    else if (now - touched >= LOCKS) ask({ Unattended: '1' });
  }
  setInterval(look, LOOKS);
  document.addEventListener('visibilitychange', () => document.hidden || ask({ Unattended: '1' }));
  document.addEventListener('htmx:sseError', () => ask({ Unattended: '1' }));
  document.addEventListener('htmx:configRequest', (event) => {
    if (Date.now() - touched > JUST_NOW) event.detail.headers.Unattended = '1';
  });
})();
