// Runs before the first paint, so that a page in the dark never flashes white. A file of its own because of the content security policy.
(() => {
  const chosen = localStorage.getItem('vueuse-color-scheme') ?? 'auto';
  const dark = chosen === 'dark' || (chosen === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.classList.toggle('dark', dark);
})();
