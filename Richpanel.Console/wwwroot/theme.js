// Runs before the first paint, so that a dark page never starts white.
(() => {
  let choice = 'system';
  let density = 'comfortable';
  let keys;
  try {
    choice = localStorage.getItem('theme') || choice;
    density = localStorage.getItem('density') || density;
    keys = localStorage.getItem('keys');
  } catch { /* storage may be switched off */ }
  const dark = choice === 'dark' || (choice === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  document.documentElement.dataset.density = density;
  if (keys === 'off') { document.documentElement.dataset.keys = keys; }
})();
