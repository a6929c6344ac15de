// One's own phone in the browser. The password lives in this function alone, and goes with the page.
(() => {
  'use strict';
  const station = document.getElementById('station');
  if (!station) return;
  const part = (name) => document.getElementById(`station-${name}`);
  const sound = part('sound'), timer = part('timer'), title = document.title;
  const DOMAIN = 'line.invalid', { here, idle } = document.body.dataset;
  const HERE_EVERY = Math.min(60_000, idle * 1000 / 3);
  let phone = null, call = null, lines = {}, audio = null, bell = null, since = 0, ticking = 0, away = 0;

  // ---------------------------------------------------------------- what is shown
  function show(state, who, how) {
    station.dataset.state = state;
    part('who').textContent = who;
    part('how').textContent = how;
    for (const one of station.querySelectorAll('[data-in]')) one.hidden = !one.dataset.in.split(' ').includes(state);
    timer.hidden = state !== 'talking';
    document.title = state === 'ringing' ? `Rings · ${who}` : title;
    ring(state === 'ringing');
  }
  function trouble(says) {
    const box = part('trouble');
    box.hidden = !says;
    box.querySelector('span').textContent = says;
  }
  function rest() {
    call = null;
    clearInterval(ticking);
    clearInterval(away);
    sound.srcObject = null;
    station.classList.remove('urgent');
    if (!phone) show('off', 'Off', 'It does not ring.');
    else if (phone.isRegistered()) show('ready', 'On', 'It rings here when the line calls you.');
    else show('connecting', 'Connecting', 'It does not ring yet.');
  }
  function tick() {
    const s = Math.floor((performance.now() - since) / 1000), two = (n) => String(n).padStart(2, '0');
    timer.textContent = s < 3600 ? `${Math.floor(s / 60)}:${two(s % 60)}` : `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
  }

  // ---------------------------------------------------------------- on and off
  async function on() {
    trouble('');
    show('connecting', 'Connecting', 'It does not ring yet.');
    audio ??= new AudioContext();
    audio.resume();
    try {
      (await navigator.mediaDevices.getUserMedia({ audio: true })).getTracks().forEach((track) => track.stop());
    } catch {
      show('off', 'Off', 'It does not ring.');
      return trouble('This browser gives the phone no microphone. Allow it beside the address, then switch the phone on again.');
    }
    const own = await settings();
    if (!own) {
      show('off', 'Off', 'It does not ring.');
      return trouble('The line did not answer. Load this page again.');
    }
    lines = own.lines;
    start(own);
  }
  async function settings() {
    const form = new FormData(station.querySelector('form'));
    const answer = await fetch(station.dataset.settings, { method: 'POST', body: form, cache: 'no-store' }).catch(() => null);
    return answer?.ok ? answer.json().catch(() => null) : null;
  }
  function start({ user, password }) {
    const socket = new URL(station.dataset.socket, location.href);
    socket.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
    phone = new JsSIP.UA({
      sockets: [new JsSIP.WebSocketInterface(socket.href)], uri: `sip:${user}@${DOMAIN}`, password,
      register_expires: 120, session_timers: false, connection_recovery_max_interval: 10,
    });
    phone.on('registered', () => { trouble(''); if (!call) rest(); });
    phone.on('unregistered', () => call || rest());
    phone.on('registrationFailed', ({ response }) => {
      if (response) trouble('The telephone system does not know this phone. Tell whoever runs the line: intersession doctor.');
      if (!call) rest();
    });
    phone.on('disconnected', () => {
      trouble('The connection to the line is interrupted, so this phone does not ring. It tries again by itself.');
      if (!call) rest();
    });
    phone.on('newRTCSession', ({ originator, session }) => originator === 'remote' && rings(session));
    phone.on('newMessage', ({ originator, message, request }) => {
      if (originator !== 'remote') return;
      message.accept();
      trouble(request.body);
    });
    phone.start();
  }
  function off() {
    call?.terminate();
    phone?.stop();
    phone = null;
    trouble('');
    rest();
  }

  // ---------------------------------------------------------------- a call
  function rings(session) {
    if (call) return session.terminate({ status_code: 486 });
    call = session;
    const line = lines[session.remote_identity.uri.user] ?? { name: 'The practice', number: '', urgent: false };
    station.classList.toggle('urgent', line.urgent);
    show('ringing', line.name, [line.urgent ? 'Urgent, calling you' : 'Calling you', line.number].filter(Boolean).join(' · '));
    const answer = station.querySelector('[data-act=answer]');
    if (document.activeElement === document.body || station.contains(document.activeElement)) answer.focus();
    session.on('peerconnection', ({ peerconnection }) => peerconnection.addEventListener('track', (event) => {
      sound.srcObject = event.streams[0] ?? new MediaStream([event.track]);
      sound.play().catch(() => {});
    }));
    session.on('confirmed', () => talks(line));
    session.on('ended', over);
    session.on('failed', ({ cause }) => {
      if (cause === JsSIP.C.causes.USER_DENIED_MEDIA_ACCESS) trouble('This browser gives the phone no microphone, so the call was not answered.');
      over();
    });
  }
  function answer() {
    call?.answer({ mediaConstraints: { audio: true, video: false } });
  }
  function talks(line) {
    since = performance.now();
    tick();
    ticking = setInterval(tick, 500);
    // Whoever talks is there, and the screen must not lock under them.
    if (here) away = setInterval(() => fetch(here, { cache: 'no-store' }).catch(() => {}), HERE_EVERY);
    const mute = station.querySelector('[data-act=mute]');
    muted(mute, false);
    show('talking', line.name, ['On the line', line.number].filter(Boolean).join(' · '));
    station.querySelector('[data-key="1"]').focus();
  }
  function over() {
    const held = station.contains(document.activeElement);
    rest();
    if (held) station.querySelector('[data-act]:not([hidden])')?.focus();
  }
  function press(key) {
    call?.isEstablished() && call.sendDTMF(key, { transportType: JsSIP.C.DTMF_TRANSPORT.RFC2833, duration: 120, interToneGap: 60 });
  }
  function muted(button, so) {
    button.setAttribute('aria-pressed', String(so));
    button.querySelector('span').textContent = so ? 'Muted' : 'Mute';
    if (call) so ? call.mute({ audio: true }) : call.unmute({ audio: true });
  }

  // ---------------------------------------------------------------- what it sounds like
  function ring(so) {
    bell?.forEach((one) => one.stop());
    bell = null;
    if (!so || !audio) return;
    const level = new GainNode(audio, { gain: 0 });
    level.connect(audio.destination);
    bell = [659, 784].map((hertz) => new OscillatorNode(audio, { frequency: hertz }));
    for (const one of bell) { one.connect(level); one.start(); }
    for (let at = audio.currentTime + 0.05, end = at + 90; at < end; at += 3)
      for (const [from, loud] of [[0, 0.06], [0.4, 0], [0.6, 0.06], [1, 0]]) level.gain.setTargetAtTime(loud, at + from, 0.01);
  }

  // ---------------------------------------------------------------- hands
  const ACTS = {
    on, off, answer,
    decline: () => call?.terminate({ status_code: 486 }),
    end: () => call?.terminate(),
    mute: (button) => muted(button, button.getAttribute('aria-pressed') !== 'true'),
  };
  station.addEventListener('click', (event) => {
    const button = event.target.closest('button');
    if (button?.dataset.key) press(button.dataset.key);
    else if (button) ACTS[button.dataset.act]?.(button);
  });
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.target.matches('input, textarea, select')) return;
    if (station.dataset.state === 'talking' && /^[0-9*#]$/.test(event.key)) press(event.key);
  });
  // To leave the page is to switch the phone off: while it is on, other places open beside it.
  document.addEventListener('click', (event) => {
    const link = event.target.closest('a[href]');
    if (link && !link.hash) link.target = phone ? '_blank' : '';
  }, true);
  window.addEventListener('beforeunload', (event) => call && event.preventDefault());
  window.addEventListener('pagehide', () => phone?.stop());
  show('off', 'Off', 'It does not ring yet.');
})();
