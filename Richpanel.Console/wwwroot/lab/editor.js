// The code editor of the lab: Monaco, loaded by this page alone and from the product itself. Whatever is missing, the plain
// text field stays and does the same. No worker and no evaluated text: what would need them is switched off.
const base = new URL('_content/BlazorMonaco/lib/monaco-editor/min/vs', document.baseURI).href;
const patience = 20000;
const editors = new Map();
let loading;

const load = () => loading ??= new Promise((resolve, reject) => {
  const fail = () => { loading = undefined; reject(new Error('The editor could not be loaded.')); };
  const late = setTimeout(fail, patience);
  const script = document.createElement('script');
  script.src = `${base}/loader.js`;
  script.onerror = fail;
  script.onload = () => {
    window.MonacoEnvironment = { getWorker: () => { throw new Error('No worker is used.'); } };
    window.require.config({ paths: { vs: base } });
    window.require(['vs/editor/editor.main'], () => { clearTimeout(late); prepare(window.monaco); resolve(window.monaco); }, fail);
  };
  document.head.append(script);
});

const prepare = monaco => {
  monaco.languages.register({ id: 'call' });
  monaco.languages.setLanguageConfiguration('call', {
    brackets: [['{', '}'], ['[', ']']],
  });
  monaco.languages.setMonarchTokensProvider('call', {
    tokenizer: {
      root: [
        [/"(?:[^"\\]|\\.)*"(?=\s*:)/, 'key'],
        [/"(?:[^"\\]|\\.)*"/, 'text'],
        [/-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/, 'number'],
        [/\b(?:true|false|null)\b/, 'word'],
      ],
    },
  });
  const keys = ['type', 'event', 'name', 'userId', 'anonymousId', 'messageId', 'timestamp', 'properties', 'traits', 'context', 'integrations', 'email', 'order_id', 'order_status', 'total', 'currency', 'products', 'product_id', 'price', 'quantity', 'richpanel_session_id'];
  monaco.languages.registerCompletionItemProvider('call', {
    provideCompletionItems: (model, at) => {
      const word = model.getWordUntilPosition(at);
      const range = new monaco.Range(at.lineNumber, word.startColumn, at.lineNumber, word.endColumn);
      return { suggestions: keys.map(key => ({ label: key, kind: monaco.languages.CompletionItemKind.Property, insertText: key, range })) };
    },
  });
  const theme = (name, dark, c) => monaco.editor.defineTheme(name, {
    base: dark ? 'vs-dark' : 'vs', inherit: true,
    rules: [{ token: 'key', foreground: c.ink }, { token: 'text', foreground: c.text }, { token: 'number', foreground: c.number }, { token: 'word', foreground: c.word }],
    colors: { 'editor.background': '#' + c.paper, 'editor.foreground': '#' + c.ink, 'editorLineNumber.foreground': '#' + c.soft, 'editorLineNumber.activeForeground': '#' + c.ink, 'editor.lineHighlightBorder': '#' + c.sunk, 'editor.lineHighlightBackground': '#' + c.sunk, 'focusBorder': '#' + c.paper },
  });
  // The colours are those of Shell/Theme.cs, as the page has them now; a canvas writes each in the one form that the editor reads.
  const brush = document.createElement('canvas').getContext('2d');
  const colour = name => { brush.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(name).trim(); return brush.fillStyle.slice(1, 7); };
  const follow = () => {
    const dark = document.documentElement.dataset.theme === 'dark';
    theme('ours', dark, { ink: colour('--ink'), soft: colour('--soft'), paper: colour('--paper'), sunk: colour('--sunk'), text: colour('--code-text'), number: colour('--code-number'), word: colour('--code-word') });
    monaco.editor.setTheme('ours');
  };
  new MutationObserver(follow).observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  follow();
};

// What is typed while the circuit is away is kept, too: the store in the circuit cannot do that.
const keep = (key, text) => {
  try {
    if (!key) { return; }
    const kept = JSON.parse(localStorage.getItem(key)) ?? { Value: { Source: 'your own JSON', Connection: null } };
    kept.Value.Text = text.replace(/("writeKey"\s*:\s*)"[^"\n]*"/gi, '$1""');   // no secret is ever in a draft
    kept.At = new Date().toISOString();
    localStorage.setItem(key, JSON.stringify(kept));
  } catch { /* full, or switched off: then there is no draft */ }
};

// Gives back whether the code editor stands; the text field has whatever was typed meanwhile.
export const create = async (host, net, label, draft) => {
  const field = host.querySelector('textarea');
  field?.addEventListener('input', () => keep(draft, field.value));
  let monaco;
  try { monaco = await load(); } catch { return false; }
  if (!host.isConnected) { return false; }
  await document.fonts.ready;
  const place = host.querySelector('.monaco-place');
  const hadFocus = document.activeElement === field;
  const editor = monaco.editor.create(place, {
    value: field?.value ?? '', language: 'call', ariaLabel: label, automaticLayout: true, autoIndent: 'keep', autoClosingBrackets: 'never', autoClosingQuotes: 'never', tabSize: 2, insertSpaces: true, detectIndentation: false,
    fontFamily: "'JetBrains Mono', ui-monospace, monospace", fontSize: 12.5, lineHeight: 20, wordWrap: 'on', scrollBeyondLastLine: false,
    minimap: { enabled: false }, lineNumbersMinChars: 3, glyphMargin: false, folding: true, foldingStrategy: 'indentation', overviewRulerLanes: 0, fixedOverflowWidgets: true,
    wordBasedSuggestions: false, quickSuggestions: false, suggestOnTriggerCharacters: false, links: false, colorDecorators: false, occurrencesHighlight: false,
    codeLens: false, lightbulb: { enabled: false }, bracketPairColorization: { enabled: false }, 'semanticHighlighting.enabled': false, cursorBlinking: 'solid',
    unicodeHighlight: { ambiguousCharacters: false, invisibleCharacters: false, nonBasicASCII: false }, scrollbar: { alwaysConsumeMouseWheel: false },
  });
  const state = { editor, monaco, timer: 0, lit: [], rows: [], setting: false };
  editors.set(host, state);
  editor.onDidChangeModelContent(() => {
    if (state.setting) { return; }
    keep(draft, editor.getValue());
    clearTimeout(state.timer);
    state.timer = setTimeout(() => net.invokeMethodAsync('TypedAsync').catch(() => { /* the circuit is away; the draft has it */ }), 120);
  });
  // Escape, then Tab, leaves the editor, as in the plain field.
  let leaving = false;
  const leave = on => { if (leaving !== on) { leaving = on; editor.trigger('keyboard', 'editor.action.toggleTabFocusMode'); } };
  editor.addAction({ id: 'leave', label: 'Leave the editor with the next Tab', keybindings: [monaco.KeyCode.Escape], precondition: '!suggestWidgetVisible && !findWidgetVisible && !accessibilityHelpWidgetVisible', run: () => leave(true) });
  editor.onDidBlurEditorText(() => { if (leaving) { leaving = false; editor.trigger('keyboard', 'editor.action.toggleTabFocusMode'); } });
  editor.onDidChangeModelContent(() => leave(false));
  if (hadFocus) { editor.focus(); }
  host.dataset.live = '1';
  return true;
};

// As a stream: one message of a circuit holds less than the longest call.
export const text = host => new TextEncoder().encode(editors.get(host).editor.getValue().slice(0, 1000000));

// One step of the editor's own undo.
export const setText = (host, value) => {
  const state = editors.get(host);
  if (!state || state.editor.getValue() === value) { return; }
  clearTimeout(state.timer);
  state.setting = true;
  const model = state.editor.getModel();
  state.editor.pushUndoStop();
  model.pushEditOperations([], [{ range: model.getFullModelRange(), text: value }], () => null);
  state.editor.pushUndoStop();
  state.setting = false;
  state.editor.setScrollTop(0);
};

const range = (state, start, end) => {
  const model = state.editor.getModel();
  const from = model.getPositionAt(start);
  const to = model.getPositionAt(Math.max(end, start + 1));
  return new state.monaco.Range(from.lineNumber, from.column, to.lineNumber, to.column);
};

export const mark = (host, marks) => {
  const state = editors.get(host);
  if (!state) { return; }
  const severity = { error: state.monaco.MarkerSeverity.Error, warning: state.monaco.MarkerSeverity.Warning, info: state.monaco.MarkerSeverity.Info };
  state.monaco.editor.setModelMarkers(state.editor.getModel(), 'ours', marks.map(one => {
    const at = range(state, one.start, one.end);
    return { severity: severity[one.severity], message: one.text, source: one.code, startLineNumber: at.startLineNumber, startColumn: at.startColumn, endLineNumber: at.endLineNumber, endColumn: at.endColumn };
  }));
};

// Which part of the text each source path is, for pointing at the mapping.
export const places = (host, rows) => { const state = editors.get(host); if (state) { state.rows = rows; } };

export const select = (host, start, length) => {
  const state = editors.get(host);
  if (!state) { return; }
  const at = range(state, start, start + length);
  state.editor.setSelection(at);
  state.editor.revealRangeInCenter(at);
  state.editor.focus();
};

export const dispose = host => {
  const state = editors.get(host);
  if (!state) { return; }
  clearTimeout(state.timer);
  editors.delete(host);
  state.editor.getModel()?.dispose();
  state.editor.dispose();
};

// Point at an outgoing field or a note: where it came from lights up in the editor, and its rule in the table.
const within = (inner, outer) => inner === outer || inner.startsWith(outer + '.') || inner.startsWith(outer + '[');
const point = (from, on) => {
  const lab = from.closest('.lab');
  if (!lab) { return; }
  const field = from.closest('[data-json=target]') && from.dataset.path;
  const sources = new Set(from.dataset.source ? [from.dataset.source] : []);
  for (const row of lab.querySelectorAll('tr[data-target]')) {
    const lit = on && field && within(row.dataset.target, field);
    row.classList.toggle('lit', !!lit);
    if (field && within(row.dataset.target, field) && row.dataset.source) { sources.add(row.dataset.source); }
  }
  for (const [host, state] of editors) {
    if (!lab.contains(host)) { continue; }
    const parts = on ? state.rows.filter(row => [...sources].some(source => within(row.path, source))) : [];
    state.lit = state.editor.deltaDecorations(state.lit, parts.map(part => ({ range: range(state, part.start, part.end), options: { inlineClassName: 'lit-part', isWholeLine: false } })));
    if (parts.length) { state.editor.revealRangeInCenterIfOutsideViewport(range(state, parts[0].start, parts[0].end)); }
  }
};
for (const [type, on] of [['mouseover', true], ['mouseout', false], ['focusin', true], ['focusout', false]]) {
  document.addEventListener(type, e => {
    const from = e.target.closest?.('.lab [data-source], .lab [data-target], .lab [data-json=target] [data-path]');
    if (from) { point(from, on); }
  });
}
