// A voice in the recording, where there is a microphone and the person allows it. Typing works without.
(() => {
  'use strict';
  const able = 'MediaRecorder' in window && navigator.mediaDevices?.getUserMedia;
  if (!able) return;
  let running = null;                              // {recorder, chunks, url, button, stream}

  function offer() {
    for (const button of document.querySelectorAll('[data-microphone]')) {
      button.hidden = false;
      const on = running?.url === button.dataset.microphone;
      button.querySelector('span').textContent = on ? 'The microphone records. Hang up or press a key to keep it.' : 'Speak instead';
      button.setAttribute('aria-pressed', String(on));
    }
  }
  async function begin(button) {
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch {
      button.querySelector('span').textContent = 'No microphone here. Type instead.';
      button.disabled = true;
      return;
    }
    const recorder = new MediaRecorder(stream), chunks = [];
    recorder.addEventListener('dataavailable', (event) => chunks.push(event.data));
    recorder.start();
    running = { recorder, chunks, stream, url: button.dataset.microphone };
    offer();
  }
  async function end() {
    const { recorder, chunks, stream, url } = running;
    running = null;
    if (recorder.state !== 'inactive') {
      const over = new Promise((done) => recorder.addEventListener('stop', done, { once: true }));
      recorder.stop();
      await over;
    }
    stream.getTracks().forEach((track) => track.stop());
    const form = new FormData(), headers = JSON.parse(document.body.getAttribute('hx-headers'));
    form.append('sound', new Blob(chunks, { type: recorder.mimeType }), 'message');
    await fetch(url, { method: 'POST', body: form, headers: { ...headers, 'HX-Request': 'true' } }).catch(() => {});
  }

  document.addEventListener('click', (event) => {
    const button = event.target.closest?.('[data-microphone]');
    if (button && !running) begin(button);
  });
  // The key or the hanging up waits until the sound is safe.
  document.addEventListener('htmx:confirm', (event) => {
    const phone = running && event.target.closest('.handset');
    if (!phone?.querySelector(`[data-microphone="${CSS.escape(running.url)}"]`)) return;
    event.preventDefault();
    end().finally(() => event.detail.issueRequest(true));
  });
  document.addEventListener('htmx:afterSwap', () => {
    const gone = running && !document.querySelector(`[data-microphone="${CSS.escape(running.url)}"]`);
    if (gone) { running.stream.getTracks().forEach((track) => track.stop()); running = null; }
    offer();
  });
  offer();
})();
