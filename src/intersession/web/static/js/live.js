// Live without reloading. The stream says which ids changed; fragments ask again. Forty changes make one question.
(() => {
  'use strict';
  const QUIET = 120, LONGEST = 500;
  const OWN = ['phones', 'clock'];           // ids with an event of their own; every other id is "changed"

  // ---------------------------------------------------------------- one calm event instead of many
  class CalmSource extends EventSource {
    constructor(url) {
      super(url, { withCredentials: true });
      this.calm = new Map();
      this.ids = new Set();
      this.lost = false;
      super.addEventListener('changed', (event) => this.take(event.data.split(' ')));
      super.addEventListener('open', () => {
        trouble('');
        if (this.lost) this.take(['*', ...OWN]);   // whatever happened meanwhile was not told
        this.lost = false;
      });
      super.addEventListener('error', () => {
        this.lost = true;
        setTimeout(() => this.lost && trouble('The connection to the line is interrupted. What you see may be old.'), 3000);
      });
    }
    addEventListener(name, listener) {
      if (name !== 'changed' && !OWN.includes(name)) return super.addEventListener(name, listener);
      if (!this.calm.has(name)) this.calm.set(name, new Set());
      this.calm.get(name).add(listener);
    }
    removeEventListener(name, listener) {
      super.removeEventListener(name, listener);
      this.calm.get(name)?.delete(listener);
    }
    take(ids) {
      ids.forEach((id) => this.ids.add(id));
      clearTimeout(this.soon);
      this.since ??= performance.now();
      this.soon = setTimeout(() => this.tell(), Math.max(0, Math.min(QUIET, this.since + LONGEST - performance.now())));
    }
    tell() {
      const ids = [...this.ids];
      this.ids.clear();
      this.since = undefined;
      const names = OWN.filter((name) => ids.includes(name));
      if (ids.some((id) => !OWN.includes(id)) || ids.includes('clock')) names.push('changed');
      for (const name of names)
        for (const listener of [...(this.calm.get(name) ?? [])]) listener(new MessageEvent(name, { data: ids.join(' ') }));
      if (ids.includes('clock')) today();
    }
  }
  htmx.createEventSource = (url) => new CalmSource(url);

  function trouble(says) {
    const box = document.getElementById('trouble');
    if (!box) return;
    box.hidden = !says;
    box.querySelector('span').textContent = says;
  }
  document.addEventListener('htmx:sendError', () => trouble('That did not reach the line. Check the connection, then press again.'));
  document.addEventListener('htmx:responseError', (event) => {
    const { xhr } = event.detail;
    trouble(xhr.status === 403 ? 'That is not open to you, or this page is out of date: load it again.' : 'That did not work. Load the page again, then press once more.');
  });
  document.addEventListener('htmx:afterRequest', (event) => { if (event.detail.successful) trouble(''); });

  // ---------------------------------------------------------------- what a person typed or opened outlives a morph
  const { callbacks } = Idiomorph.defaults;
  const edited = new WeakSet();
  document.addEventListener('input', (event) => edited.add(event.target));
  document.addEventListener('htmx:beforeRequest', (event) => {
    if (!event.detail.requestConfig || event.detail.requestConfig.verb === 'get') return;
    const form = event.detail.elt.closest('form');
    form?.querySelectorAll('input, textarea, select').forEach((field) => edited.delete(field));
  });
  const ASKS = '[hx-get], [hx-post]';
  callbacks.beforeNodeMorphed = (old, fresh) => {
    // A morph may turn one button into another, and htmx would go on listening for the first: it lets go only of
    // what it looks at again, and it looks at whatever has a trigger.
    if (old.matches?.(ASKS) && fresh.matches?.(`:not(${ASKS}, [hx-trigger])`)) fresh.setAttribute('hx-trigger', 'never');
    if (old.matches?.('input, textarea, select') && (edited.has(old) || old === document.activeElement) && 'value' in fresh) {
      if (edited.has(old)) fresh.value = old.value;
      if (edited.has(old) && old.localName === 'input') fresh.setAttribute('value', old.value);
      if (old.type === 'range') return false;
    }
    return true;
  };
  callbacks.beforeAttributeUpdated = (name, node) => !(name === 'open' && node.matches('details, dialog'));

  // ---------------------------------------------------------------- never move a row under a finger
  const waiting = new Set();
  let finger = false;
  const held = (part) => part.querySelector(':popover-open') || (finger && part.matches(':hover'));
  document.addEventListener('htmx:beforeSwap', (event) => {
    const part = event.detail.target;
    if (!part.matches?.('[data-still]') || event.detail.requestConfig.verb !== 'get' || !held(part)) return;
    event.detail.shouldSwap = false;
    waiting.add(part);
  });
  function release() {
    for (const part of waiting) {
      if (held(part)) continue;
      waiting.delete(part);
      if (part.isConnected) htmx.trigger(part, 'sse:changed');
    }
  }
  document.addEventListener('pointerdown', () => { finger = true; }, true);
  for (const end of ['pointerup', 'pointercancel'])
    document.addEventListener(end, () => { finger = false; setTimeout(release, 400); }, true);
  document.addEventListener('toggle', () => setTimeout(release, 50), true);

  // ---------------------------------------------------------------- said aloud by a screen reader, once
  let announced = document.querySelector('[data-announce]')?.textContent.trim() ?? '';
  function announce() {
    const says = document.querySelector('[data-announce]')?.textContent.trim() ?? '';
    const box = document.getElementById('announce');
    if (box && says && says !== announced) box.textContent = says;
    announced = says;
  }

  // ---------------------------------------------------------------- clocks run on between two answers
  const started = new WeakMap();
  const FORMS = {
    full: { weekday: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
    short: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  };
  function tick() {
    for (const clock of document.querySelectorAll('[data-clock]')) {
      const was = started.get(clock);
      if (was?.clock !== clock.dataset.clock) started.set(clock, { clock: clock.dataset.clock, at: performance.now() });
      if (clock.dataset.held) continue;
      const { at } = started.get(clock);
      const form = { ...FORMS[clock.dataset.clockForm ?? 'short'], timeZone: clock.dataset.zone };
      const says = new Date(+clock.dataset.clock + performance.now() - at).toLocaleString('en-US', form).replace(',', '');
      if (clock.textContent !== says) clock.textContent = says;
    }
  }
  function today() {
    if (document.getElementById('today')) htmx.ajax('GET', location.href, { target: '#today', select: '#today', swap: 'outerHTML' });
  }

  document.addEventListener('htmx:afterSwap', () => { announce(); tick(); });
  setInterval(tick, 500);
  tick();
})();
