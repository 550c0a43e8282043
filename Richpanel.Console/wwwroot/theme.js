// Runs before the first paint, so that a dark page never starts white.
(() => {
  let choice = 'system';
  try { choice = localStorage.getItem('theme') || 'system'; } catch { /* storage may be switched off */ }
  const dark = choice === 'dark' || (choice === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
