// The languages of the page, as it fetches them.

import { readFileSync, readdirSync } from 'node:fs';

import { createWords } from '../../frontend/js/core/words.js';

const folder = new URL('../../frontend/languages/', import.meta.url);

export const languages = Object.fromEntries(
  readdirSync(folder).map((name) => [name.replace('.json', ''), JSON.parse(readFileSync(new URL(name, folder), 'utf8'))]),
);
export const english = languages.en.words;
export const sayInEnglish = createWords(english, languages.en.formats);
