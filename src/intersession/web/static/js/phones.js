// The handsets: which one is in front, how long it lasts, the keyboard, the clock's slider.
(() => {
  'use strict';
  const scene = document.getElementById('scene');
  if (!scene) return;
  const kept = (name, otherwise) => sessionStorage.getItem(`phones-${name}`) ?? otherwise;
  const first = scene.querySelector('[data-client][data-phone]')?.dataset.phone ?? '0';
  const shown = { tab: kept('tab', first), client: kept('client', first) };

  // Wide: one client's phone beside the staff's. Narrow: one phone, or Now.
  function arrange() {
    const clients = [...scene.querySelectorAll('.handset[data-client]')];
    if (!clients.some((one) => one.dataset.phone === shown.client)) shown.client = first;
    if (!scene.querySelector(`[data-tab="${CSS.escape(shown.tab)}"]`)) shown.tab = first;
    for (const part of scene.querySelectorAll('[data-tab]')) {
      part.toggleAttribute('data-front', part.dataset.tab === shown.tab);
      if (part.matches('[data-client]')) part.toggleAttribute('data-behind', part.dataset.tab !== shown.client);
    }
    const wide = matchMedia('(min-width: 64rem)').matches;
    for (const button of scene.querySelectorAll('[data-show]'))
      button.setAttribute('aria-pressed', String(button.dataset.show === (wide ? shown.client : shown.tab)));
    scene.classList.add('switched');
    scene.querySelectorAll('.handset-thread').forEach(scrollDown);
  }
  function show(which) {
    shown.tab = which;
    if (scene.querySelector(`.handset[data-client][data-phone="${CSS.escape(which)}"]`)) shown.client = which;
    sessionStorage.setItem('phones-tab', shown.tab);
    sessionStorage.setItem('phones-client', shown.client);
    arrange();
  }
  const lengths = new WeakMap();
  function scrollDown(thread) {
    if (lengths.get(thread) === thread.childElementCount || !thread.clientHeight) return;
    lengths.set(thread, thread.childElementCount);
    thread.scrollTop = thread.scrollHeight;
  }

  // Seconds go on between two answers.
  const begun = new WeakMap();
  function tick() {
    for (const timer of scene.querySelectorAll('[data-timer]')) {
      const was = begun.get(timer);
      if (was?.from !== timer.dataset.timer) begun.set(timer, { from: timer.dataset.timer, at: performance.now() });
      const s = Math.floor(+timer.dataset.timer + (performance.now() - begun.get(timer).at) / 1000);
      const two = (n) => String(n).padStart(2, '0'), h = Math.floor(s / 3600), m = Math.floor(s / 60) % 60;
      const says = `${h ? `${h}:${two(m)}` : m}:${two(s % 60)}`;
      if (timer.textContent !== says) timer.textContent = says;
    }
  }

  scene.addEventListener('click', (event) => {
    const button = event.target.closest('[data-show]');
    if (button) return show(button.dataset.show);
    const key = event.target.closest('[data-key]');
    const field = key?.closest('form').querySelector('[data-digits]');
    if (!field) return;
    event.preventDefault();                       // figures are collected; pound sends them
    event.stopPropagation();
    if (key.dataset.key === '#') return field.closest('.handset-digits').querySelector('button').click();
    field.value += key.dataset.key;
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }, true);

  scene.addEventListener('keydown', (event) => {
    const writes = event.target.matches('input, textarea, select');
    if (event.key === 'Enter' && !event.shiftKey && event.target.matches('[data-sends]') && !event.isComposing) {
      event.preventDefault();
      return event.target.form.requestSubmit();
    }
    if (event.key === 'Enter' && event.target.matches('[data-digits]')) {
      event.preventDefault();
      return event.target.closest('.handset-digits').querySelector('button').click();
    }
    if (writes || event.ctrlKey || event.metaKey || event.altKey || !/^[0-9*#]$/.test(event.key)) return;
    const phone = event.target.closest('.handset');
    phone?.querySelector(`button[value="${CSS.escape(event.key)}"]`)?.click();
  });

  // The slider goes forward only, and says where it would go before it goes.
  document.addEventListener('input', (event) => {
    if (event.target.id !== 'drag') return;
    const drag = event.target, at = Math.max(+drag.value, +drag.dataset.floor);
    if (+drag.value < at) drag.value = at;
    const clock = document.querySelector('[data-clock-form=full]');
    const says = `${clock.textContent.slice(0, 3)} ${String(Math.floor(at / 60)).padStart(2, '0')}:${String(at % 60).padStart(2, '0')}`;
    clock.dataset.held = 'yes';
    clock.textContent = says;
    drag.setAttribute('aria-valuetext', says);
  });
  // A press replaces the screen that it was on: the keyboard stays on that phone.
  let held = null;
  document.addEventListener('htmx:beforeSwap', () => { held = document.activeElement?.closest?.('.handset')?.id ?? null; });
  document.addEventListener('htmx:afterSwap', (event) => {
    if (held && document.activeElement === document.body) document.getElementById(held)?.focus({ preventScroll: true });
    if (event.target.id === 'clock') document.querySelector('[data-held]')?.removeAttribute('data-held');
    arrange();
    tick();
  });
  matchMedia('(min-width: 64rem)').addEventListener('change', arrange);
  setInterval(tick, 250);
  arrange();
  tick();
})();
