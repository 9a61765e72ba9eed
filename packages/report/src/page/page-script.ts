/**
 * What the page does by itself: draws the plots in the reader's colours, sorts and filters the table. Plain browser
 * JavaScript; it reads its data from JSON islands and puts text in as text only.
 */
export const PAGE_SCRIPT = `'use strict';
(() => {
  const island = (id) => JSON.parse(document.getElementById(id).textContent);
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const printing = matchMedia('print');

  // Plots
  const { themes, plots } = island('plot-data');
  const charts = new Map();
  let quality = '';
  const paint = (value, colors) => {
    if (typeof value === 'string') return Object.hasOwn(colors, value) ? colors[value] : value;
    if (Array.isArray(value)) return value.map((item) => paint(item, colors));
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, paint(item, colors)]));
  };
  const tip = (point) => {
    const box = document.createElement('div');
    for (const line of point.data?.tip ?? [point.name]) {
      const row = box.appendChild(document.createElement(box.childElementCount === 0 ? 'strong' : 'div'));
      row.textContent = line;
    }
    return box;
  };
  const draw = (element) => {
    const { option, alternatives } = plots[element.dataset.plot];
    const colors = themes[dark.matches && !printing.matches ? 'dark' : 'light'];
    const painted = paint(alternatives[quality] ?? option, colors);
    painted.tooltip.formatter = tip;
    painted.tooltip.backgroundColor = colors['theme:paper'];
    painted.tooltip.borderColor = colors['theme:front'];
    painted.tooltip.textStyle = { color: colors['theme:ink'], fontSize: 13 };
    if (element.clientWidth < 480) {
      painted.title.textStyle.fontSize = 13;
      painted.grid.right = 14;
      for (const axis of [painted.xAxis, painted.yAxis]) axis.nameTextStyle.fontSize = 11;
    }
    let chart = charts.get(element);
    if (chart === undefined) {
      element.textContent = '';
      chart = echarts.init(element, null, { renderer: 'svg' });
      charts.set(element, chart);
    }
    chart.setOption(painted, true);
  };
  const redraw = () => charts.forEach((_chart, element) => draw(element));
  const seen = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (!isIntersecting) continue;
        seen.unobserve(target);
        draw(target);
        new ResizeObserver(() => {
          const chart = charts.get(target);
          if (chart.getWidth() === target.clientWidth && chart.getHeight() === target.clientHeight) return;
          chart.resize();
          draw(target);
        }).observe(target);
      }
    },
    { rootMargin: '600px' },
  );
  document.querySelectorAll('[data-plot]').forEach((element) => seen.observe(element));
  dark.addEventListener('change', redraw);
  printing.addEventListener('change', redraw);
  const choice = document.getElementById('quality');
  if (choice !== null) {
    choice.closest('.choice').hidden = false;
    choice.addEventListener('change', () => {
      quality = choice.value;
      redraw();
    });
  }

  // Table
  const table = document.getElementById('board');
  if (table === null) return;
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  const rows = [...body.rows];
  const orderOf = (row, column) => row.cells[column].dataset.order;
  const compare = (a, b) => {
    const numbers = [Number(a), Number(b)];
    return numbers.some(Number.isNaN) ? a.localeCompare(b, 'en', { numeric: true }) : numbers[0] - numbers[1];
  };
  const sort = (column) => {
    const ascending = heads[column].getAttribute('aria-sort') !== 'ascending';
    heads.forEach((head) => head.removeAttribute('aria-sort'));
    heads[column].setAttribute('aria-sort', ascending ? 'ascending' : 'descending');
    const missing = (row) => orderOf(row, column) === '';
    rows.sort(
      (a, b) =>
        missing(a) - missing(b) ||
        (missing(a) ? 0 : compare(orderOf(a, column), orderOf(b, column)) * (ascending ? 1 : -1)),
    );
    body.append(...rows);
  };
  heads.forEach((head, column) => {
    const button = head.querySelector('button');
    button.disabled = false;
    button.addEventListener('click', () => sort(column));
  });
  const filter = document.getElementById('filter');
  const shown = document.getElementById('shown');
  filter.closest('.filter').hidden = false;
  filter.addEventListener('input', () => {
    const words = filter.value.toLowerCase().split(/\\s+/).filter(Boolean);
    for (const row of rows) {
      const content = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => content.includes(word));
    }
    const visible = rows.filter((row) => !row.hidden).length;
    shown.textContent = visible === rows.length ? rows.length + ' trials' : visible + ' of ' + rows.length + ' trials';
  });
})();
`;
