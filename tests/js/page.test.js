// What holds for all files of the page together.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { brotliCompressSync } from 'node:zlib';

const frontend = new URL('../../frontend/', import.meta.url).pathname;
const page = readFileSync(join(frontend, 'index.html'), 'utf8');
const files = (folder, ending) =>
  readdirSync(join(frontend, folder), { recursive: true })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name));
const scripts = files('js', '.js');
const styles = files('css', '.css');
const read = (name) => readFileSync(join(frontend, name), 'utf8');
const importsOf = (name) => [...read(name).matchAll(/^import\s+(?:[\s\S]*?from\s+)?'([^']+)';$/gm)].map((match) => match[1]);
// Modules that are fetched only when somebody needs them.
const laterOf = (name) => [...read(name).matchAll(/\bimport\('(\.[^']+\.js)'\)/g)].map((match) => match[1]);
const targetOf = (name, address) => normalize(join(dirname(name), address));

test('imports are written so that every one of them can be rewritten for caching', () => {
  for (const name of scripts) {
    const source = read(name);
    const begun = (source.match(/\bimport\b/g) ?? []).length;
    assert.equal(importsOf(name).length + laterOf(name).length, begun, `${name}: an import is not of the plain form`);
    assert.doesNotMatch(source, /^export\s*[{*].* from/m, name);
    for (const address of [...importsOf(name), ...laterOf(name)]) {
      assert.match(address, /^\.{1,2}\/.*\.js$/, `${name}: ${address}`);
      assert.ok(scripts.includes(targetOf(name, address)), `${name}: ${address} is not there`);
    }
  }
});

test('core imports only core, and net and ui never each other', () => {
  for (const name of scripts) {
    const room = name.split('/')[1];
    for (const address of [...importsOf(name), ...laterOf(name)]) {
      const target = targetOf(name, address).split('/')[1];
      if (room === 'core') assert.equal(target, 'core', name);
      if (room === 'net' || room === 'ui') assert.ok(target === room || target === 'core', `${name} imports ${target}`);
    }
  }
});

test('no two modules need each other', () => {
  const finished = new Set();
  function visit(name, path) {
    assert.ok(!path.includes(name), `a circle: ${[...path, name].join(' -> ')}`);
    if (finished.has(name)) return;
    for (const address of [...importsOf(name), ...laterOf(name)]) visit(targetOf(name, address), [...path, name]);
    finished.add(name);
  }
  visit('js/main.js', []);
  const apart = scripts.filter((name) => !finished.has(name));
  assert.deepEqual(apart, ['js/theme.js']);
});

test('core knows no browser, no clock and no dice', () => {
  for (const name of scripts.filter((one) => one.startsWith('js/core/'))) {
    assert.doesNotMatch(read(name), /\b(?:document|window|localStorage|sessionStorage|fetch|setTimeout|Date\.now|Math\.random|new Date\(\))\b/, name);
  }
});

test('nothing is ever parsed as HTML or run as code', () => {
  for (const name of scripts) {
    assert.doesNotMatch(read(name), /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|DOMParser|createContextualFragment/, name);
  }
});

test('the page has no script, style or handler of its own', () => {
  assert.doesNotMatch(page, /<style|\sstyle=|\son[a-z]+=|javascript:/i);
  for (const [tag] of page.matchAll(/<script[^>]*>/g)) assert.match(tag, /\ssrc="/);
});

test('everything the page loads is its own', () => {
  const addresses = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]);
  for (const address of addresses) assert.match(address, /^(?:\{% static (?:'[^']+'|language\.dictionary) %\}|#[a-z]+|\/)$/);
  for (const name of [...scripts, ...styles]) assert.doesNotMatch(read(name).replace('http://www.w3.org/2000/svg', ''), /https?:\/\/|url\((?!#)/, name);
});

function neededAtFirst() {
  const needed = new Set();
  const waiting = ['js/main.js'];
  while (waiting.length) {
    const name = waiting.pop();
    if (needed.has(name)) continue;
    needed.add(name);
    waiting.push(...importsOf(name).map((address) => targetOf(name, address)));
  }
  return needed;
}

test('what main.js does not name itself is fetched beside it, so that nothing waits in a chain', () => {
  const early = [...page.matchAll(/rel="modulepreload" href="\{% static '([^']+)' %\}"/g)].map((match) => match[1]);
  const named = new Set(['js/main.js', ...importsOf('js/main.js').map((address) => targetOf('js/main.js', address))]);
  const deep = [...neededAtFirst()].filter((name) => !named.has(name));
  assert.ok(deep.length > 5);
  assert.deepEqual([...early].sort(), deep.sort());
});

test('every style sheet is linked', () => {
  const linked = [...page.matchAll(/rel="stylesheet" href="\{% static '([^']+)' %\}"/g)].map((match) => match[1]);
  assert.deepEqual([...linked].sort(), [...styles].sort());
});

// Compressed as the server hands it out to browsers, which all know Brotli.
test('the first visit weighs at most 60 KB without its pictures', () => {
  const sheets = [...page.matchAll(/rel="stylesheet" href="\{% static '([^']+)' %\}"(?![^>]*\bdisabled)/g)].map((match) => match[1]);
  assert.ok(sheets.length >= 4);
  const texts = [page, ...[...neededAtFirst(), 'js/theme.js', 'languages/en.json', ...sheets].map(read)];
  const bytes = texts.reduce((sum, text) => sum + brotliCompressSync(text).length, 0);
  assert.ok(bytes <= 60_000, `${bytes} bytes`);
});

test('no file is longer than one can keep in mind', () => {
  for (const name of scripts) assert.ok(read(name).split('\n').length <= 420, name);
});
