// Runs before anything is drawn, so that a chosen theme does not flash. A classic script: modules run later.
(() => {
  let theme = null;
  try {
    theme = JSON.parse(localStorage.getItem("playground.theme"));
  } catch {
    // no memory in this browser: the system's choice holds
  }
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
})();
