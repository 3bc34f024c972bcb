import assert from 'node:assert/strict';
import { test } from 'node:test';

import { kindOfPicture, sizeToRedraw } from '../../frontend/js/core/picture.js';

const bytes = (text) => Uint8Array.from([...text].map((one) => one.charCodeAt(0)));

test('what is in a file says what it is', () => {
  assert.equal(kindOfPicture(bytes('\x89PNG\r\n\x1a\n\0\0\0\r')), 'png');
  assert.equal(kindOfPicture(bytes('\xff\xd8\xff\xe0\0\x10JFIF')), 'jpeg');
  assert.equal(kindOfPicture(bytes('RIFF\0\0\0\0WEBP')), 'webp');
  for (const other of ['GIF89a', 'RIFF\0\0\0\0WAVE', '%PDF-1.7', '', '\x89PN']) assert.equal(kindOfPicture(bytes(other)), null, other);
});

test('what the box office takes goes as it is', () => {
  assert.equal(sizeToRedraw({ kind: 'jpeg', bytes: 5 * 1024 * 1024, width: 5000, height: 5000 }), null);
});

test('what is too heavy or too large is made smaller, in its proportions', () => {
  assert.deepEqual(sizeToRedraw({ kind: 'jpeg', bytes: 5 * 1024 * 1024 + 1, width: 4000, height: 3000 }), { width: 2400, height: 1800 });
  assert.deepEqual(sizeToRedraw({ kind: 'png', bytes: 10, width: 5001, height: 5000 }), { width: 2400, height: 2400 });
  assert.deepEqual(sizeToRedraw({ kind: 'png', bytes: 1e8, width: 90000, height: 3 }), { width: 2400, height: 1 });
});

test('a picture of another kind is drawn anew, no larger than it was', () => {
  assert.deepEqual(sizeToRedraw({ kind: null, bytes: 10, width: 300, height: 200 }), { width: 300, height: 200 });
});
