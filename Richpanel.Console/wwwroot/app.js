// What only a browser can do. Everything else happens in the circuit.
window.richpanel = {
  zone: () => ({
    name: Intl.DateTimeFormat().resolvedOptions().timeZone || '',
    offsetMinutes: -new Date().getTimezoneOffset(),
  }),

  theme: {
    read: () => {
      try { return localStorage.getItem('theme') || 'system'; } catch { return 'system'; }
    },
    write: (choice, dark) => {
      try { localStorage.setItem('theme', choice); } catch { /* storage may be switched off */ }
      document.documentElement.dataset.theme = dark ? 'dark' : 'light';
    },
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

// Point at a field: where it came from and where it went light up together.
(() => {
  const mark = (from, on) => {
    const scope = from.closest('[data-lineage]');
    if (!scope) { return; }
    for (const name of ['source', 'target']) {
      const path = from.dataset[name];
      if (!path) { continue; }
      for (const line of scope.querySelectorAll(`[data-json="${name}"] [data-path]`)) {
        const at = line.dataset.path;
        const within = at === path || at.startsWith(path + '.') || at.startsWith(path + '[');
        line.classList.toggle('lit', on && within);
      }
    }
  };
  const watch = (type, on) => document.addEventListener(type, e => {
    const from = e.target.closest?.('[data-source], [data-target]');
    if (from) { mark(from, on); }
  });
  watch('mouseover', true);
  watch('mouseout', false);
  watch('focusin', true);
  watch('focusout', false);
})();

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
  dialog.addEventListener('components-reconnect-state-changed', e => {
    const state = e.detail.state;
    if (state === 'show' && !dialog.open) { dialog.showModal(); }
    if (state === 'hide' && dialog.open) { dialog.close(); }
    if (state === 'failed') { document.addEventListener('visibilitychange', retryWhenSeen, { once: true }); }
  });
  document.getElementById('reconnect-retry').addEventListener('click', retry);
  document.getElementById('reconnect-reload').addEventListener('click', () => location.reload());
})();
