// One's own greeting: record a sentence, hear it, use it. Browsers record in formats of their own: it is made a WAV here.
(() => {
  'use strict';
  const list = document.querySelector('[data-own-voice]');
  if (!list) return;
  const RATE = 16000, LONGEST = 30000;
  const able = 'MediaRecorder' in window && navigator.mediaDevices?.getUserMedia;
  let running = null;                              // {recorder, chunks, stream, row, ends}
  const fresh = new Map();                         // row id -> the sound that waits for "Use it"

  document.querySelector('[data-no-microphone]').hidden = Boolean(able);
  offer();
  list.addEventListener('click', (event) => {
    const button = event.target.closest('button'), row = button?.closest('li');
    if (button?.matches('[data-record]')) {
      if (running?.row === row) running.recorder.stop();
      else if (!running) begin(row);
    } else if (button?.matches('[data-use]')) use(row);
    else if (button?.matches('[data-leave]')) leave(row);
  });
  document.addEventListener('htmx:afterSwap', offer);

  function offer() {
    if (able) for (const button of list.querySelectorAll('[data-record]')) button.hidden = false;
    const rows = list.querySelectorAll('li'), own = list.querySelectorAll('[data-own]');
    document.querySelector('[data-own-count]').textContent = `${own.length} of ${rows.length} in your voice`;
  }
  async function begin(row) {
    let stream;
    leave(row);
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, noiseSuppression: true } });
    } catch {
      document.querySelector('[data-no-microphone]').hidden = false;
      return;
    }
    const recorder = new MediaRecorder(stream), chunks = [];
    recorder.addEventListener('dataavailable', (event) => chunks.push(event.data));
    recorder.addEventListener('stop', end, { once: true });
    recorder.start();
    running = { recorder, chunks, stream, row, ends: setTimeout(() => recorder.stop(), LONGEST) };
    label(row, 'Stop', true);
  }
  async function end() {
    const { recorder, chunks, stream, row, ends } = running;
    clearTimeout(ends);
    stream.getTracks().forEach((track) => track.stop());
    running = null;
    const sound = await wav(new Blob(chunks, { type: recorder.mimeType }));
    fresh.set(row.id, sound);
    label(row, 'Record again', false);
    const shown = row.querySelector('[data-fresh]'), audio = shown.querySelector('audio');
    audio.src = URL.createObjectURL(sound);
    shown.hidden = false;
    audio.play().catch(() => {});
    shown.querySelector('[data-use]').focus();
  }
  function leave(row) {
    const shown = row.querySelector('[data-fresh]');
    shown.querySelector('audio').pause();
    shown.hidden = true;
    if (fresh.delete(row.id)) label(row, row.matches('[data-own]') ? 'Record again' : 'Record', false);
  }
  async function use(row) {
    const form = new FormData();
    form.append('text', row.querySelector('.said').textContent);
    form.append('locale', row.dataset.locale);
    form.append('sound', fresh.get(row.id), 'sentence.wav');
    const headers = { ...JSON.parse(document.body.getAttribute('hx-headers')), 'HX-Request': 'true' };
    const answer = await fetch(list.dataset.ownVoice, { method: 'POST', body: form, headers }).catch(() => null);
    if (!answer?.ok) return label(row, 'It did not reach the line. Press Use it again, or record again', false);
    fresh.delete(row.id);
    row.outerHTML = await answer.text();
    const now = document.getElementById(row.id);
    htmx.process(now);
    offer();
    now.querySelector('[data-record]').focus();
  }
  function label(row, text, on) {
    const button = row.querySelector('[data-record]');
    button.querySelector('span').textContent = text;
    button.setAttribute('aria-pressed', String(on));
    button.classList.toggle('btn-end', on);
  }

  // Mono, 16 kHz, 16 bit. What cannot be decoded is handed in as it is, and the line says what to do.
  async function wav(blob) {
    let sound;
    try {
      sound = await new OfflineAudioContext(1, RATE, RATE).decodeAudioData(await blob.arrayBuffer());
    } catch {
      return blob;
    }
    const levels = sound.getChannelData(0), view = new DataView(new ArrayBuffer(44 + 2 * levels.length));
    const put = (at, text) => [...text].forEach((char, i) => view.setUint8(at + i, char.charCodeAt(0)));
    put(0, 'RIFF'); view.setUint32(4, 36 + 2 * levels.length, true); put(8, 'WAVEfmt ');
    view.setUint32(16, 16, true); view.setUint16(20, 1, true); view.setUint16(22, 1, true);
    view.setUint32(24, RATE, true); view.setUint32(28, 2 * RATE, true); view.setUint16(32, 2, true); view.setUint16(34, 16, true);
    put(36, 'data'); view.setUint32(40, 2 * levels.length, true);
    levels.forEach((level, i) => view.setInt16(44 + 2 * i, Math.max(-1, Math.min(1, level)) * 32767, true));
    return new Blob([view.buffer], { type: 'audio/wav' });
  }
})();
