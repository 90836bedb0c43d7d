// The onload of a card's picture; `this` is the <img>.
// JupyterLab empties a cell's outputs when it runs the cell. This keeps their place until the new
// card is there, so that the text below does not jump; another output (1 s) ends it as well.
// On a slow machine a widget's output stays empty for longer than that.
this.onload = null; new ResizeObserver(() => {
  const cell = this.closest('.jp-Cell'), area = this.closest('.jp-OutputArea');
  if (!cell || !area || !this.offsetHeight) return;
  cell.style.minHeight = ''; area.tall = getComputedStyle(cell).height;
  const coming = '[data-live], .jp-OutputArea-output > .lm-Widget:empty';
  area.steady ??= new MutationObserver(() => {
    clearTimeout(area.ends);
    if (!area.querySelector('.jp-OutputArea-child')) cell.style.minHeight = area.tall;
    else area.ends = setTimeout(
      () => area.querySelector(coming) || (cell.style.minHeight = ''), 1000); });
  area.steady.observe(area, {childList: true}); }).observe(this);
