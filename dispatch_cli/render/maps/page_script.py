"""The script of a map's page: enlarge, move, and show a firm by mouse or keyboard.

Without the script, as on paper, the page shows the same facts. It loads nothing, stores nothing and
puts no text of the page anywhere but as text.
"""

SCRIPT = """
"use strict";
for (const figure of document.querySelectorAll("figure")) {
  const drawing = figure.querySelector("svg.sheet");
  const tip = figure.querySelector(".tip");
  const whole = drawing.viewBox.baseVal;
  const width = whole.width, height = whole.height;
  const pins = [...drawing.querySelectorAll(".pin")];
  const rows = [...figure.parentElement.querySelectorAll("tr[data-rank]")];
  let left = 0, top = 0, times = 1, drag = null;

  function draw() {
    times = Math.min(64, Math.max(1, times));
    left = Math.min(width - width / times, Math.max(0, left));
    top = Math.min(height - height / times, Math.max(0, top));
    drawing.setAttribute("viewBox", `${left} ${top} ${width / times} ${height / times}`);
    for (const pin of pins)
      pin.setAttribute("transform",
        `translate(${pin.dataset.x} ${pin.dataset.y}) scale(${1 / times})`);
    figure.classList.toggle("enlarged", times > 1);
  }
  function enlarge(by, x, y) {
    const before = times;
    times = Math.min(64, Math.max(1, times * by));
    left += x * (1 / before - 1 / times);
    top += y * (1 / before - 1 / times);
    draw();
  }
  function spot(event) {
    const box = drawing.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width * width,
            (event.clientY - box.top) / box.height * height];
  }
  function show(rank) {
    for (const each of drawing.querySelectorAll(".area"))
      each.classList.toggle("on", each.dataset.area === rank);
    for (const row of rows) row.classList.toggle("on", row.dataset.rank === rank);
    const firm = rank && drawing.querySelector(`.firm[data-rank="${rank}"]`);
    tip.textContent = firm ? firm.getAttribute("aria-label") : "";
  }
  drawing.addEventListener("wheel", event => {
    if (!event.ctrlKey && !event.metaKey) return;  // without a key the page is scrolled
    event.preventDefault();
    enlarge(event.deltaY < 0 ? 1.3 : 1 / 1.3, ...spot(event));
  }, { passive: false });
  drawing.addEventListener("pointerdown", event => { drag = spot(event); });
  window.addEventListener("pointerup", () => { drag = null; });
  drawing.addEventListener("pointermove", event => {
    if (!drag || !event.buttons) return;
    const [x, y] = spot(event);
    left -= (x - drag[0]) / times;
    top -= (y - drag[1]) / times;
    drag = [x, y];
    draw();
  });
  const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  figure.addEventListener("keydown", event => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "+" || event.key === "=") enlarge(1.5, width / 2, height / 2);
    else if (event.key === "-") enlarge(1 / 1.5, width / 2, height / 2);
    else if (event.key === "0") { times = 1; draw(); }
    else if (steps[event.key] && times > 1) {
      left += steps[event.key][0] * width / times / 6;
      top += steps[event.key][1] * height / times / 6;
      draw();
    } else return;
    event.preventDefault();
  });
  for (const firm of drawing.querySelectorAll(".firm")) {
    for (const kind of ["pointerenter", "focus"])
      firm.addEventListener(kind, () => show(firm.dataset.rank));
    for (const kind of ["pointerleave", "blur"])
      firm.addEventListener(kind, () => show(""));
  }
  for (const row of rows) {
    row.addEventListener("pointerenter", () => show(row.dataset.rank));
    row.addEventListener("pointerleave", () => show(""));
  }
  for (const button of figure.querySelectorAll("button"))
    button.addEventListener("click", () => {
      const by = Number(button.value);
      if (by) enlarge(by, width / 2, height / 2); else { times = 1; draw(); }
    });
  figure.classList.add("live");
}
"""
