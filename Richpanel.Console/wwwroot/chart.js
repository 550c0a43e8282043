// What bars over time need of the browser: drawing what is dragged over.

/** Dragging over bars chooses a span; a click chooses one bar. */
export function bars(plot, circuit) {
  const mark = plot.parentElement.querySelector('.drag');
  let from = -1, to = -1;
  const at = x => {
    const box = plot.getBoundingClientRect();
    const count = plot.querySelectorAll('[role=option]').length;
    return Math.max(0, Math.min(count - 1, Math.floor((x - box.left) / box.width * count)));
  };
  const draw = () => {
    const count = plot.querySelectorAll('[role=option]').length;
    mark.style.left = `${Math.min(from, to) / count * 100}%`;
    mark.style.width = `${(Math.abs(to - from) + 1) / count * 100}%`;
    mark.hidden = false;
  };
  const choose = (first, last) => circuit.invokeMethodAsync('ChooseAsync', first, last).catch(() => { /* the circuit is gone; its dialog says so */ });
  const end = () => { from = -1; mark.hidden = true; };
  plot.addEventListener('pointerdown', e => {
    if (e.button !== 0) { return; }
    from = to = at(e.clientX);
    plot.setPointerCapture(e.pointerId);
    draw();
  });
  plot.addEventListener('pointermove', e => {
    if (from >= 0) { to = at(e.clientX); draw(); }
  });
  plot.addEventListener('pointerup', () => {
    if (from < 0) { return; }
    choose(Math.min(from, to), Math.max(from, to));
    end();
  });
  plot.addEventListener('pointercancel', end);

  // Assistive technology presses without a pointer.
  plot.addEventListener('click', e => {
    const bar = e.detail === 0 ? [...plot.querySelectorAll('[role=option]')].indexOf(e.target.closest('[role=option]')) : -1;
    if (bar >= 0) { choose(bar, bar); }
  });
  // Keys of the bars do not move the page.
  plot.addEventListener('keydown', e => { if ([' ', 'Home', 'End', 'ArrowLeft', 'ArrowRight'].includes(e.key)) { e.preventDefault(); } });
}
