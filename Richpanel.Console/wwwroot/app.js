// What only a browser can do. Everything else happens in the circuit.
window.richpanel = {
  zone: () => ({
    name: Intl.DateTimeFormat().resolvedOptions().timeZone || '',
    offsetMinutes: -new Date().getTimezoneOffset(),
  }),

  // How the console looks in this browser; theme.js reads the same before the first paint.
  display: {
    parts: ['theme', 'density', 'clock', 'zone', 'keys'],
    read: () => {
      try {
        return Object.fromEntries(richpanel.display.parts.map(part => [part, localStorage.getItem(part)]));
      } catch {
        return null; // storage may be switched off
      }
    },
    write: (choice, dark) => {
      const root = document.documentElement;
      root.dataset.theme = dark ? 'dark' : 'light';
      root.dataset.density = choice.density || 'comfortable';
      if (choice.keys === 'off') { root.dataset.keys = 'off'; } else { delete root.dataset.keys; }
      try {
        for (const part of richpanel.display.parts) {
          if (choice[part]) { localStorage.setItem(part, choice[part]); } else { localStorage.removeItem(part); }
        }
      } catch { /* then it holds for this page */ }
    },
  },

  dialog: {
    open: box => {
      if (box.open) { return; }
      box.showModal();
      box.addEventListener('click', e => { if (e.target === box) { box.close(); } }); // beside it
    },
    close: box => box.close(),
  },

  // Keys that do something, one listener for the life of the page. See Shared/Shortcuts.cs.
  shortcuts: (circuit, keys) => {
    const first = !richpanel.listening;
    richpanel.listening = { circuit, keys, before: '' };
    if (!first) { return; }
    const typing = at => at.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName);
    document.addEventListener('keydown', e => {
      const now = richpanel.listening;
      if (e.isComposing || e.altKey || e.repeat) { return; }
      const press = name => {
        e.preventDefault();
        now.before = '';
        now.circuit.invokeMethodAsync('PressAsync', name).catch(() => { /* the circuit is gone; its dialog says so */ });
      };
      if (e.ctrlKey || e.metaKey) {
        const name = 'mod+' + e.key.toLowerCase();
        if (now.keys.includes(name) && !document.querySelector('dialog[open]')) { press(name); }
        return;
      }
      if (typing(e.target) || document.querySelector('dialog[open], :popover-open, .mud-dialog, .mud-popover-open')) { return; }
      if (e.key === 'Escape' && e.target.closest?.('.confirm, [role=dialog], [aria-expanded=true]')) { return; } // closes that
      if (e.key.startsWith('Arrow') && e.target.closest?.('pre, [role=listbox], [role=tablist]')) { return; } // moves in that
      const pair = now.before && Date.now() - now.at < 1500 ? now.before + ' ' + e.key : '';
      if (now.keys.includes(pair)) { press(pair); return; }
      if (now.keys.includes(e.key)) { press(e.key); return; }
      [now.before, now.at] = [now.keys.some(name => name.startsWith(e.key + ' ')) ? e.key : '', Date.now()];
    });
  },

  // Kept between circuits; see Shared/DraftStore.cs.
  draft: {
    read: (key, from, length) => {
      try { return localStorage.getItem(key)?.substring(from, from + length) ?? null; } catch { return null; }
    },
    write: (key, text) => {
      try { localStorage.setItem(key, text); } catch { /* full, or switched off: then there is no draft */ }
    },
    drop: key => {
      try { localStorage.removeItem(key); } catch { /* nothing was kept */ }
    },
  },

  // A file of the text, made here: nothing is asked for again.
  save: (name, text) => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([text], { type: 'application/octet-stream' }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  },

  copy: async text => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return false; // no permission, or the page is not in front
    }
  },

  // Tab writes two blanks in a code editor; Escape, then Tab, leaves it, so that nobody is trapped.
  codeEditor: editor => {
    if (!editor || editor.dataset.ready) { return; }
    editor.dataset.ready = '1';
    let leave = false;
    const lines = editor.parentElement.querySelector('.code-lines');
    const number = () => {
      const count = editor.value.split('\n').length;
      if (lines && lines.childElementCount !== count) {
        lines.replaceChildren(...Array.from({ length: count }, (_, i) => {
          const line = document.createElement('span');
          line.textContent = i + 1;
          return line;
        }));
      }
    };
    editor.addEventListener('keydown', e => {
      if (e.key === 'Escape') { leave = true; return; }
      if (e.key === 'Tab' && !e.shiftKey && !leave) {
        e.preventDefault();
        document.execCommand('insertText', false, '  '); // keeps the editor's own undo
      }
      leave = false;
    });
    editor.addEventListener('input', number);
    editor.addEventListener('scroll', () => { if (lines) { lines.scrollTop = editor.scrollTop; } });
    editor.numberLines = number;
    number();
  },

  numberLines: editor => editor?.numberLines?.(),

  select: (editor, start, length) => {
    editor.focus();
    editor.setSelectionRange(start, start + length);
  },
};

// Point at a field, by mouse, by Tab in the table or by the arrows in the outgoing call: where it came from, where it went and by which
// rule light up together, and a line says so.
(() => {
  const within = (inner, outer) => inner === outer || inner.startsWith(outer + '.') || inner.startsWith(outer + '[');
  // Rows of the table that speak of an outgoing field: its own, those inside it, else the nearest one around it.
  const rowsOf = (scope, field) => {
    const rows = [...scope.querySelectorAll('tr[data-target]')];
    const own = rows.filter(row => within(row.dataset.target, field));
    if (own.length) { return own; }
    const around = rows.filter(row => within(field, row.dataset.target)).sort((one, other) => other.dataset.target.length - one.dataset.target.length);
    return around.slice(0, 1);
  };
  const light = (scope, name, paths, on) => {
    for (const line of scope.querySelectorAll(`[data-json="${name}"] [data-path]`)) {
      if (paths.some(path => within(line.dataset.path, path))) { line.classList.toggle('lit', on); }
    }
  };
  const say = (scope, field, rows) => {
    const says = scope.querySelector('.lineage-says');
    if (!says) { return; }
    says.textContent = !field ? '' : rows.length === 0 ? `${field}: no rule of its own`
      : rows.length === 1 ? `${rows[0].dataset.target} ← ${rows[0].dataset.source || 'not from the call'} · ${rows[0].dataset.rule || ''}`
        : `${field} holds ${rows.length} fields; point at one of them`;
  };
  const mark = (from, on) => {
    const scope = from.closest('[data-lineage]');
    if (!scope) { return; }
    const field = from.closest('[data-json=target]') ? from.dataset.path : null;
    const rows = field ? rowsOf(scope, field) : from.matches('tr[data-target]') ? [from] : [];
    const sources = field ? rows.map(row => row.dataset.source).filter(Boolean) : [from.dataset.source].filter(Boolean);
    light(scope, 'source', sources, on);
    light(scope, 'target', field ? [field] : [from.dataset.target].filter(Boolean), on);
    if (field) { rows.forEach(row => row.classList.toggle('lit', on)); }
    if (field || from.dataset.target) { say(scope, on ? field || from.dataset.target : null, rows); }
    if (on && sources.length) {
      const box = scope.querySelector('[data-json=source] pre');
      const line = box?.querySelector('.lit');
      if (line && (line.offsetTop < box.scrollTop || line.offsetTop > box.scrollTop + box.clientHeight - 24)) { box.scrollTop = line.offsetTop - box.clientHeight / 3; }
    }
  };
  const points = '[data-source], [data-target], [data-json=target] [data-path]';
  const watch = (type, on) => document.addEventListener(type, e => {
    const from = e.target.closest?.(points);
    if (from) { mark(from, on); }
  });
  watch('mouseover', true);
  watch('mouseout', false);
  watch('focusin', true);
  watch('focusout', false);

  // In the outgoing call the arrows go from line to line.
  document.addEventListener('keydown', e => {
    const box = e.target.matches?.('[data-lineage] [data-json=target] pre') ? e.target : null;
    if (!box || (e.key !== 'ArrowDown' && e.key !== 'ArrowUp') || e.ctrlKey || e.metaKey || e.altKey) { return; }
    e.preventDefault();
    const lines = [...box.querySelectorAll('[data-path]')];
    const now = lines.indexOf(box.pointed);
    if (box.pointed) { mark(box.pointed, false); }
    box.pointed = lines[Math.max(0, Math.min(lines.length - 1, now + (e.key === 'ArrowDown' ? 1 : -1)))];
    mark(box.pointed, true);
    box.pointed.scrollIntoView({ block: 'nearest' });
  });
  document.addEventListener('focusout', e => {
    if (e.target.pointed) { mark(e.target.pointed, false); e.target.pointed = null; }
  });
})();

// Who signs out leaves nothing behind for the next one at this browser.
document.addEventListener('submit', e => {
  if (!e.target.matches?.('form[action="/sign-out"]')) { return; }
  try {
    Object.keys(localStorage).filter(key => key.startsWith('draft:')).forEach(key => localStorage.removeItem(key));
  } catch { /* nothing was kept */ }
}, true);

// A paste that does not fit is refused with words: cut off in silence it would be another call, and another signature.
document.addEventListener('paste', e => {
  const field = e.target;
  if (!field.matches?.('textarea[maxlength]')) { return; }
  const text = e.clipboardData?.getData('text') ?? '';
  const length = field.value.length - (field.selectionEnd - field.selectionStart) + text.length;
  const told = document.getElementById(field.dataset.told);
  if (length <= field.maxLength) { if (told) { told.hidden = true; } return; }
  e.preventDefault();
  const words = `Not pasted: that would be ${length.toLocaleString('en')} characters, and ${field.maxLength.toLocaleString('en')} fit in here.`;
  if (told) { told.textContent = words; told.hidden = false; }
  document.getElementById('said').textContent = words;
});

// Tabs: the arrows go round, Home and End to the ends; what has the focus is shown.
document.addEventListener('keydown', e => {
  const tab = e.target.closest?.('[role=tab]');
  if (!tab || e.ctrlKey || e.metaKey || e.altKey) { return; }
  const tabs = [...tab.closest('[role=tablist]').querySelectorAll('[role=tab]')];
  const at = tabs.indexOf(tab);
  const to = { ArrowRight: (at + 1) % tabs.length, ArrowLeft: (at + tabs.length - 1) % tabs.length, Home: 0, End: tabs.length - 1 }[e.key];
  if (to === undefined) { return; }
  e.preventDefault();
  tabs[to].focus();
  tabs[to].click();
});

// The arrows choose in the list below; they do not move in the text.
document.addEventListener('keydown', e => {
  if (e.target.matches?.('[role=combobox]') && (e.key === 'ArrowUp' || e.key === 'ArrowDown')) { e.preventDefault(); }
});

// A click on a time copies it with its milliseconds.
document.addEventListener('click', async e => {
  const time = e.target.closest?.('time.time');
  if (!time || e.target.closest('a, button') || !await window.richpanel.copy(time.dateTime)) { return; }
  time.dataset.copied = '1';
  document.getElementById('said').textContent = 'Copied ' + time.dateTime;
  setTimeout(() => delete time.dataset.copied, 1200);
});

// Copying on a page without a circuit.
document.addEventListener('click', async e => {
  const button = e.target.closest?.('button[data-copy]');
  if (button && await window.richpanel.copy(button.dataset.copy)) { button.textContent = 'Copied'; }
});

// The three states of a lost circuit: trying, failed, over.
(() => {
  const dialog = document.getElementById('components-reconnect-modal');
  if (!dialog) { return; }
  const retry = async () => {
    try {
      if (!await Blazor.reconnect()) { location.reload(); } // answered, but the circuit is gone
    } catch {
      document.addEventListener('visibilitychange', retryWhenSeen, { once: true });
    }
  };
  const retryWhenSeen = () => { if (document.visibilityState === 'visible') { retry(); } };
  // Escape must not hide it: behind it stands a page that does nothing. A browser lets the second Escape through whatever we say.
  let isLost = false;
  dialog.addEventListener('cancel', e => e.preventDefault());
  dialog.addEventListener('close', () => { if (isLost) { dialog.showModal(); } });
  dialog.addEventListener('components-reconnect-state-changed', e => {
    const state = e.detail.state;
    isLost = state !== 'hide';
    if (isLost && !dialog.open) { dialog.showModal(); }
    if (!isLost && dialog.open) { dialog.close(); }
    if (state === 'failed') { document.addEventListener('visibilitychange', retryWhenSeen, { once: true }); }
  });
  document.getElementById('reconnect-retry').addEventListener('click', retry);
  document.getElementById('reconnect-reload').addEventListener('click', () => location.reload());
})();
