// What the delivery log needs of the browser: suggestions under the caret, keys that move without a round trip.

/** Suggestions while typing. The circuit says which; choosing among them happens here. */
export function queryBox(root, circuit) {
  const input = root.querySelector('input');
  const list = root.querySelector('[role=listbox]');
  let shown = null, at = -1, asked = 0, timer;
  let early = null; // keys pressed before what fits the text under the caret was known; null: nothing is awaited

  const close = () => {
    asked++;
    early = null;
    clearTimeout(timer);
    shown = null;
    at = -1;
    list.hidden = true;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
  };
  const choose = next => {
    at = next;
    [...list.children].forEach((option, i) => option.setAttribute('aria-selected', i === at ? 'true' : 'false'));
    if (at < 0) { input.removeAttribute('aria-activedescendant'); return; }
    input.setAttribute('aria-activedescendant', list.children[at].id);
    list.children[at].scrollIntoView({ block: 'nearest' });
  };
  const part = (name, text) => {
    const span = document.createElement('span');
    span.className = name;
    span.textContent = text;
    return span;
  };
  const draw = found => {
    if (!found || found.items.length === 0 || (found.items.length === 1 && found.items[0].insert === input.value.slice(found.start, found.end))) {
      const enter = early?.includes('Enter'); // meant for a list that did not come: then for the query
      close();
      if (enter) { root.closest('form')?.requestSubmit(); }
      return;
    }
    shown = found;
    list.replaceChildren(...found.items.map((item, i) => {
      const option = document.createElement('li');
      option.id = `${list.id}-${i}`;
      option.setAttribute('role', 'option');
      option.append(part('label', item.label), part('help', item.help ?? ''), part('count', item.count ?? ''));
      option.addEventListener('mousedown', e => { e.preventDefault(); take(i); });
      return option;
    }));
    list.hidden = false;
    input.setAttribute('aria-expanded', 'true');
    choose(-1);
    const keys = early ?? [];
    early = null;
    keys.forEach(key => early ? early.push(key) : press(key)); // taking a key asks for its values
  };
  const ask = () => {
    clearTimeout(timer);
    const mine = ++asked;
    if (shown) { choose(-1); } // what was chosen fitted another text
    early = [];
    timer = setTimeout(async () => {
      let found;
      try {
        found = await circuit.invokeMethodAsync('CompleteAsync', input.value, input.selectionStart ?? input.value.length);
      } catch { // the circuit is gone; its dialog says so
        if (mine === asked) { close(); }
        return;
      }
      if (mine !== asked) { return; }
      if (document.activeElement === input) { draw(found); } else { early = null; }
    }, 40);
  };
  const take = i => {
    const item = shown.items[i];
    const { start, end } = shown;
    const rest = input.value.slice(end);
    const isKey = item.insert.endsWith(':');
    const text = item.insert + (isKey || rest.startsWith(' ') ? '' : ' ');
    input.value = input.value.slice(0, start) + text + rest;
    const caret = start + text.length;
    input.setSelectionRange(caret, caret);
    input.dispatchEvent(new Event('input', { bubbles: true }));
    close();
    if (isKey) { ask(); }
  };

  const press = key => {
    const count = shown?.items.length ?? 0;
    if (!count) { return; }
    if (key === 'ArrowDown' || key === 'ArrowUp') {
      choose(key === 'ArrowDown' ? (at + 1) % count : (at <= 0 ? count : at) - 1);
    } else if (at >= 0) {
      take(at);
    }
  };

  input.addEventListener('input', ask);
  input.addEventListener('focus', ask);
  input.addEventListener('click', ask);
  input.addEventListener('blur', close);
  root.closest('form')?.addEventListener('submit', close);
  input.addEventListener('keydown', e => {
    if (e.isComposing) { return; }
    const count = shown?.items.length ?? 0;
    const moves = e.key === 'ArrowDown' || e.key === 'ArrowUp';
    const takes = e.key === 'Enter' || (e.key === 'Tab' && !e.shiftKey);
    if (early && (moves || (e.key === 'Enter' && early.length > 0))) {
      e.preventDefault(); // meant for the list that comes, not for the one of fewer letters
      early.push(e.key);
    } else if (moves) {
      e.preventDefault();
      if (count) { press(e.key); } else { ask(); }
    } else if (takes && count && at >= 0) {
      e.preventDefault();
      press(e.key);
    } else if (e.key === 'Escape') {
      e.stopPropagation();
      if (count) { close(); } else { input.blur(); }
    } else if (e.key === 'ArrowLeft' || e.key === 'ArrowRight') {
      ask();
    }
  });
}

export function select(root, start, length) {
  const input = root.querySelector('input');
  input.focus();
  input.setSelectionRange(start, start + length);
}

const remembered = 'log.row';
let waits = null;

const rowsOf = page => [...page.querySelectorAll('tr[data-row]')];
const go = row => {
  if (!row) { return; }
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: 'nearest' });
};
const isWide = () => matchMedia('(min-width: 1200px)').matches;

/** Keys of the list, and the menu of a cell. They move the focus here, so that holding a key down is as fast as the eye. */
export function list(page, circuit) {
  const here = () => document.activeElement?.closest?.('tr[data-row]');
  const beside = () => page.querySelector('[data-open]');
  const call = (method, ...rest) => circuit.invokeMethodAsync(method, ...rest).catch(() => { /* the circuit is gone; its dialog says so */ });
  let opening;
  // The delivery beside the list follows the row, once the key is let go.
  const follow = row => {
    clearTimeout(opening);
    if (beside() && row) { opening = setTimeout(() => { if (beside()) { call('OpenRow', row.dataset.row); } }, 120); }
  };
  const moved = row => { go(row); follow(row); };
  const current = () => here() ?? page.querySelector('tr[data-row][aria-current]');
  const push = name => page.querySelector(`[data-press="${name}"]`)?.click();
  const turn = (way, focus) => {
    const link = page.querySelector(`[data-page="${way}"]`);
    if (link) { waits = focus; link.click(); }
    return !!link;
  };
  const move = by => {
    const rows = rowsOf(page);
    const now = rows.indexOf(current());
    if (now < 0) { moved(rows[by > 0 ? 0 : rows.length - 1]); return; }
    const next = now + by;
    if (next >= rows.length && now === rows.length - 1) { turn('older', 'first'); return; }
    if (next < 0 && now === 0) { turn('newer', 'last'); return; }
    moved(rows[Math.max(0, Math.min(rows.length - 1, next))]);
  };
  const act = name => { if (here() || beside()) { call('PressRowAsync', name, here()?.dataset.row ?? null, isWide()); return true; } };
  const inRows = {
    ArrowDown: () => move(1), ArrowUp: () => move(-1), PageDown: () => move(10), PageUp: () => move(-10),
    Home: () => { if (here() === rowsOf(page)[0]) { turn('newest', 'first'); } else { moved(rowsOf(page)[0]); } },
    End: () => { if (here() === rowsOf(page).at(-1)) { turn('oldest', 'last'); } else { moved(rowsOf(page).at(-1)); } },
    x: () => here().querySelector('input[type=checkbox]')?.click(),
    f: () => here().querySelector('[data-menu]')?.click(),
  };
  const anywhere = {
    '/': () => page.querySelector('[role=combobox]')?.focus(),
    '.': () => push('live'),
    j: () => move(1),
    k: () => move(-1),
    r: () => act('r'),
    e: () => act('e'),
    c: () => act('c'),
  };
  const besides = { ']': () => move(1), '[': () => move(-1) };
  const listen = e => {
    if (!page.isConnected) { document.removeEventListener('keydown', listen); return; }
    if (e.defaultPrevented || e.isComposing || e.ctrlKey || e.metaKey || e.altKey || document.documentElement.dataset.keys === 'off') { return; }
    const isText = e.target.isContentEditable || (/^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName) && e.target.type !== 'checkbox');
    if (isText || e.target.closest?.('[role=dialog]') || document.querySelector('dialog[open], .mud-dialog, .mud-popover-open')) { return; }
    const row = here();
    if (row && e.key === 'Enter' && document.activeElement === row) {
      e.preventDefault();
      if (beside() && row.getAttribute('aria-current')) { beside().querySelector('h2')?.focus(); } else { row.querySelector('a.row-link')?.click(); }
      return;
    }
    if (e.key === 'Escape' && !e.target.closest?.('.confirm, [aria-expanded=true]')) {
      if (beside()) { call('CloseRowAsync'); } else if (row) { row.blur(); }
      return;
    }
    const press = (row ? inRows[e.key] : null) ?? (beside() ? besides[e.key] : null) ?? anywhere[e.key];
    if (press && !(e.repeat && 'recx'.includes(e.key))) { e.preventDefault(); press(); }
  };
  document.addEventListener('keydown', listen);
  page.followRow = follow;
  page.dataset.keys = 'on';

  page.addEventListener('click', e => {
    const link = e.target.closest('a.row-link');
    if (!link) { return; }
    const row = link.closest('tr');
    if (isWide() && e.button === 0 && !e.ctrlKey && !e.metaKey && !e.shiftKey && !e.altKey) {
      e.preventDefault(); // beside the list; with a modifier, in a new tab: its own page
      go(row);
      call('OpenRow', row.dataset.row);
      return;
    }
    try { sessionStorage.setItem(remembered, row.dataset.row); } catch { /* then the way back starts at the top */ }
  });

  // A link keeps the browser's own menu (open in a new tab), chosen text, too (copy).
  page.addEventListener('contextmenu', e => {
    const cell = e.target.closest('tr[data-row] td, tr[data-row]');
    if (!cell || e.target.closest('a') || String(getSelection())) { return; }
    e.preventDefault();
    circuit.invokeMethodAsync('OpenMenuAsync', cell.closest('tr').dataset.row, cell.dataset.column ?? null).catch(() => { });
  });

  // The edge of a heading makes its column wider or narrower.
  page.addEventListener('pointerdown', e => {
    const grip = e.target.closest('.grip');
    if (!grip || e.button !== 0) { return; }
    e.preventDefault();
    const head = grip.closest('th');
    const col = page.querySelector(`col[data-column="${head.dataset.column}"]`);
    const start = head.getBoundingClientRect().width - e.clientX;
    let width = 0;
    const drag = m => { width = Math.max(48, Math.min(640, Math.round(start + m.clientX))); col.style.width = `${width}px`; };
    grip.setPointerCapture(e.pointerId);
    grip.addEventListener('pointermove', drag);
    grip.addEventListener('pointerup', () => {
      grip.removeEventListener('pointermove', drag);
      if (width) { circuit.invokeMethodAsync('ResizeAsync', head.dataset.column, width).catch(() => { }); }
    }, { once: true });
  });
}

/** Other rows are there: the focus goes where a key led, or back to the row that somebody comes back from. */
export function settled(page) {
  const rows = rowsOf(page);
  if (waits) {
    const row = waits === 'first' ? rows[0] : rows.at(-1);
    waits = null;
    go(row);
    page.followRow?.(row);
    return;
  }
  let last = null;
  try { last = sessionStorage.getItem(remembered); sessionStorage.removeItem(remembered); } catch { /* nothing is remembered */ }
  if (last && (document.activeElement === document.body || document.activeElement?.tagName === 'H1')) { go(rows.find(row => row.dataset.row === last)); }
}

/** Puts a menu beside its row. */
export function place(menu, id) {
  const row = document.querySelector(`tr[data-row="${id}"]`);
  if (!row) { return; }
  const box = row.getBoundingClientRect();
  const height = menu.offsetHeight;
  const top = box.bottom + height + 8 > innerHeight ? box.top - height : box.bottom;
  menu.style.top = `${Math.max(60, top)}px`;
}

export function focusRow(page, id) {
  go(rowsOf(page).find(row => row.dataset.row === id));
}

export function read(key) {
  try { return localStorage.getItem(key); } catch { return null; }
}

export function write(key, text) {
  try { localStorage.setItem(key, text); } catch { /* full, or switched off: then it lasts for this page */ }
}
