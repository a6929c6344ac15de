// What the phones sound like: ringing, the tone, the words in the browser's voice or a clinician's own. One ear at a time.
(() => {
  'use strict';
  const scene = document.getElementById('scene'), button = document.querySelector('[data-sound]');
  if (!scene || !button) return;
  let sound = localStorage.getItem('phones-sound') !== 'off';
  let touched = false, audio = null, ear = null, heard = '', recording = false, bells = [], saying = { over: true, clip: null };

  function paint() {
    button.setAttribute('aria-pressed', String(sound));
    button.querySelector('[data-sound-says]').textContent = sound ? 'Sound on' : 'Sound off';
  }
  button.addEventListener('click', () => {
    sound = !sound;
    localStorage.setItem('phones-sound', sound ? 'on' : 'off');
    if (!sound) { quiet(); hush(); }
    paint();
    hear();
  });

  // A browser lets a page sound only after it was touched. The phone that was touched last is the one we hear.
  function touch(event) {
    touched = true;
    audio ??= 'AudioContext' in window ? new AudioContext() : null;
    audio?.resume();
    const phone = event.target.closest?.('.handset')?.dataset.phone;
    if (phone !== undefined && phone !== ear) { ear = phone; heard = ''; }
    setTimeout(hear, 0);
  }
  for (const kind of ['pointerdown', 'keydown']) document.addEventListener(kind, touch, true);

  function tones(frequencies, pattern, repeat) {
    const level = audio.createGain(), made = frequencies.map((hertz) => new OscillatorNode(audio, { frequency: hertz }));
    level.gain.value = 0;
    level.connect(audio.destination);
    for (const one of made) { one.connect(level); one.start(); }
    let at = audio.currentTime + 0.02;
    for (let round = 0; round < repeat; round += 1) {
      for (const [on, off, loud] of pattern) {
        level.gain.setTargetAtTime(loud, at, 0.01);
        level.gain.setTargetAtTime(0, at + on, 0.01);
        at += on + off;
      }
    }
    return { stop: () => { made.forEach((one) => one.stop()); level.disconnect(); } };
  }
  function quiet() {
    bells.forEach((bell) => bell.stop());
    bells = [];
    bells.kind = '';
  }
  function ring(kind) {
    if (bells.kind === kind) return;
    quiet();
    if (!kind || !audio) return;
    if (kind === 'waits') bells.push(tones([440, 480], [[2, 4, 0.03]], 20));
    else bells.push(tones([659, 784], [[0.4, 0.2, 0.06], [0.4, 2, 0.06]], 30));
    bells.kind = kind;
  }

  function speak(phone) {
    const id = `${phone.dataset.phone} ${phone.dataset.said} ${phone.dataset.until}`;
    if (!phone.dataset.said) {
      if (heard) hush();
      heard = '';
      return;
    }
    const same = heard.split(' ').slice(0, 2).join(' ') === id.split(' ').slice(0, 2).join(' ');
    if (id === heard || (same && !phone.dataset.until)) return;
    heard = id;
    say([...phone.querySelectorAll('[data-words]')]);
  }

  // One piece after the other: what was recorded is played, the rest is spoken.
  async function say(pieces) {
    hush();
    const mine = saying = { over: false, clip: null };
    for (const words of pieces) {
      if (mine.over) return;
      if (!words.dataset.clip || !(await play(words.dataset.clip, mine))) await utter(words);
    }
  }
  function hush() {
    saying.over = true;
    saying.clip?.pause();
    window.speechSynthesis?.cancel();
  }
  function play(url, mine) {
    const clip = mine.clip = new Audio(url);
    return new Promise((done) => {
      for (const end of ['ended', 'pause']) clip.addEventListener(end, () => done(true), { once: true });
      clip.play().catch(() => done(mine.over));    // what cannot be played is spoken
    });
  }
  function utter(words) {
    if (!('speechSynthesis' in window)) return null;
    const one = new SpeechSynthesisUtterance(words.textContent);
    one.lang = words.lang;
    one.voice = speechSynthesis.getVoices().find((voice) => voice.lang === words.lang) ?? null;
    return new Promise((done) => {
      one.onend = one.onerror = done;
      speechSynthesis.speak(one);
    });
  }

  function hear() {
    const phones = [...scene.querySelectorAll('.handset')];
    const phone = phones.find((one) => one.dataset.phone === ear);
    const records = phone?.dataset.kind === 'recording';
    if (touched && sound && audio) {
      if (records && !recording) tones([1000], [[0.4, 0, 0.06]], 1);
      const rings = phones.some((one) => one.dataset.kind === 'ringing');
      const waits = phone && phone.hasAttribute('data-waits');
      ring(rings ? 'rings' : waits ? 'waits' : '');
      if (phone) speak(phone);
    }
    recording = records;
  }
  document.addEventListener('htmx:afterSwap', hear);
  window.addEventListener('pagehide', () => { quiet(); hush(); });
  paint();
})();
