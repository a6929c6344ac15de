// The voicemail player: one message after the other, closing it, and reading a typed message aloud.
(() => {
  'use strict';
  document.addEventListener('click', (event) => {
    const close = event.target.closest?.('[data-close-player]');
    if (!close) return;
    const player = close.closest('[data-player]');
    player.querySelectorAll('audio').forEach((sound) => sound.pause());
    speechSynthesis?.cancel();
    const shut = document.createElement('section');
    shut.id = player.id;
    shut.className = 'player';
    shut.hidden = true;
    player.replaceWith(shut);
    document.getElementById('open')?.querySelector('button, a')?.focus();
  });
  // Neither of these bubbles, so they are caught on their way down.
  document.addEventListener('ended', (event) => {
    const sounds = [...(event.target.closest?.('[data-player]')?.querySelectorAll('audio') ?? [])];
    sounds[sounds.indexOf(event.target) + 1]?.play().catch(() => {});
  }, true);
  document.addEventListener('error', (event) => {
    const stale = event.target.closest?.('[data-player]')?.querySelector('[data-stale]');
    if (stale && event.target instanceof HTMLAudioElement) stale.hidden = false;
  }, true);
  document.addEventListener('htmx:afterSettle', (event) => {
    const player = event.detail.elt.closest?.('[data-player]') ?? document.querySelector('[data-player]');
    if (!player || player.dataset.opened) return;
    player.dataset.opened = 'yes';
    const heading = player.querySelector('h2');
    if (heading) { heading.tabIndex = -1; heading.focus(); }
    const typed = player.querySelector('[data-speak-this]');
    if (!typed || !('speechSynthesis' in window)) return;
    speechSynthesis.cancel();
    const words = new SpeechSynthesisUtterance(typed.textContent);
    words.lang = typed.closest('[lang]')?.lang ?? 'en-US';
    speechSynthesis.speak(words);
  });
})();
