// Runs before the page is painted, so that a chosen theme never flashes.
(() => {
  try {
    const theme = localStorage.getItem('holdfast.theme');
    if (theme === 'dark' || theme === 'light') document.documentElement.dataset.theme = theme;
  } catch {
    // The device's own colours are fine.
  }
})();
