// Tiles are canvases that lie where they belong in the scrolled plan, so panning moves
// them without painting. While a new size is being painted, the old one lies under it.

import { UNIT } from '../../core/hall-geometry.js';
import { detailAt } from '../../core/hall-zoom.js';
import { tilesAround } from '../../core/hall-tiles.js';
import { html } from '../nodes.js';

const SIDE = 256;
// Fine screens get larger tiles, or there would be too many.
const FINE_SIDE = 512;

// `paint` paints a tile as it should be, `sketch` puts a blurred likeness there at once.
export function createTiles({ hall, paint, sketch }) {
  const node = html('div', { class: 'tiles' });
  let layer = null;
  let older = null;

  function createLayer(pitch, fineness) {
    const side = (fineness > 1.5 ? FINE_SIDE : SIDE) / fineness;
    const made = { pitch, fineness, side, tiles: new Map(), node: html('div', { class: 'tile-layer' }) };
    node.append(made.node);
    return made;
  }

  function createTile({ left, top }, { pitch, fineness, side, node: parent }) {
    const canvas = html('canvas', { width: side * fineness, height: side * fineness });
    canvas.style.left = `${left}px`;
    canvas.style.top = `${top}px`;
    canvas.style.width = canvas.style.height = `${side}px`;
    const on = { left: (left / pitch) * UNIT, top: (top / pitch) * UNIT, scale: (pitch / UNIT) * fineness, detail: detailAt(pitch) };
    const tile = { canvas, context: canvas.getContext('2d'), on, side: (side / pitch) * UNIT, isSketch: true };
    sketch(tile);
    parent.append(canvas);
    return tile;
  }

  function drop(gone) {
    gone?.node.remove();
    for (const { canvas } of gone?.tiles.values() ?? []) canvas.width = canvas.height = 0;
  }

  function forget() {
    drop(layer);
    drop(older);
    layer = older = null;
  }

  // Old tiles are stretched to the new size until there are new ones.
  function stretch(pitch) {
    for (const one of [layer, older]) if (one) one.node.style.transform = one.pitch === pitch ? '' : `scale(${pitch / one.pitch})`;
  }

  const sizes = (pitch) => ({ hallWidth: (hall.width / UNIT) * pitch, hallHeight: (hall.height / UNIT) * pitch });

  // Paints what is missing in and around the view, until `mayGoOn` says no; whether all is painted.
  function fill(pitch, fineness, view, mayGoOn) {
    if (!layer || layer.pitch !== pitch || layer.fineness !== fineness) {
      // A layer that never got finished is of no use as a stand-in.
      if (layer && older) drop(layer);
      else older = layer;
      layer = createLayer(pitch, fineness);
    }
    stretch(pitch);
    const visible = tilesAround(view, layer.side, sizes(pitch));
    const wanted = tilesAround(view, layer.side, { ...sizes(pitch), margin: 1 });
    for (const place of wanted) if (!layer.tiles.has(place.key)) layer.tiles.set(place.key, createTile(place, layer));
    for (const list of [visible, wanted]) {
      for (const { key } of list) {
        const tile = layer.tiles.get(key);
        if (!tile.isSketch) continue;
        if (!mayGoOn(list === visible)) return false;
        paint(tile);
        tile.isSketch = false;
      }
      drop(older);
      older = null;
    }
    discard(view, pitch);
    return true;
  }

  // What lies far from the view is painted again if somebody comes there.
  function discard(view, pitch) {
    const kept = new Set(tilesAround(view, layer.side, { ...sizes(pitch), margin: 3 }).map(({ key }) => key));
    for (const [key, { canvas }] of layer.tiles) {
      if (kept.has(key)) continue;
      canvas.remove();
      canvas.width = canvas.height = 0;
      layer.tiles.delete(key);
    }
  }

  const coverAll = () => layer !== null && older === null;

  return { node, stretch, coverAll, fill, forget, all: () => [...(layer?.tiles.values() ?? [])].filter((tile) => !tile.isSketch) };
}
