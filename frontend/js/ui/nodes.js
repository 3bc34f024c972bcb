// Text is only ever set as text; nothing is parsed as HTML.

const SVG = 'http://www.w3.org/2000/svg';

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (name === 'text') node.textContent = value;
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export function html(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

// Writes only what differs, so that a poll that changes nothing touches nothing.
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function setAttribute(node, name, value) {
  if (value === null || value === false) {
    if (node.hasAttribute(name)) node.removeAttribute(name);
  } else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, String(value));
}

export function show(node, visible) {
  if (node.hidden === visible) node.hidden = !visible;
}

export function replace(node, children) {
  node.replaceChildren(...children.filter(Boolean));
}

const ICONS = {
  close: 'M5 5 15 15M15 5 5 15',
  plus: 'M10 4V16M4 10H16',
  minus: 'M4 10H16',
  whole: 'M3 7V3H7M13 3H17V7M17 13V17H13M7 17H3V13',
  auto: 'M10 3A7 7 0 1 0 10 17ZM10 3A7 7 0 0 1 10 17',
  dark: 'M16 11.5A6.5 6.5 0 1 1 8.5 4 5.2 5.2 0 0 0 16 11.5Z',
  light: 'M10 6.5A3.5 3.5 0 1 0 10 13.5 3.5 3.5 0 1 0 10 6.5ZM10 1.5V3.5M10 16.5V18.5M1.5 10H3.5M16.5 10H18.5M4 4 5.4 5.4M14.6 14.6 16 16M16 4 14.6 5.4M5.4 14.6 4 16',
  ticket: 'M2.5 6H17.5V8.5A1.6 1.6 0 0 0 17.5 11.6V14H2.5V11.6A1.6 1.6 0 0 0 2.5 8.5ZM12 6.4V7.6M12 9.4V10.6M12 12.4V13.6',
  person: 'M10 3.5A3.2 3.2 0 1 0 10 9.9 3.2 3.2 0 1 0 10 3.5ZM3.5 17A6.5 5.5 0 0 1 16.5 17',
  print: 'M5.5 7V3H14.5V7M5.5 14H3V7H17V14H14.5M5.5 11.5H14.5V17H5.5Z',
  back: 'M12.5 4.5 7 10 12.5 15.5',
  on: 'M7.5 4.5 13 10 7.5 15.5',
  up: 'M4.5 12.5 10 7 15.5 12.5',
};

export function icon(name) {
  return svg(
    'svg',
    { class: 'icon', viewBox: '0 0 20 20', width: 20, height: 20, 'aria-hidden': 'true', focusable: 'false' },
    svg('path', { d: ICONS[name] }),
  );
}

export function setIcon(node, name) {
  node.firstElementChild.setAttribute('d', ICONS[name]);
}
