// One sentence at a time: screen readers drop what comes too quickly.

const GATHER = 350;
const APART = 1200;

export function createVoice({ root }) {
  let waiting = [];
  let timer = null;
  let last = 0;

  function speak() {
    timer = null;
    if (!waiting.length) return;
    last = Date.now();
    const sentence = waiting.join(' ');
    waiting = [];
    const line = document.createElement('p');
    line.textContent = sentence;
    root.replaceChildren(line);
  }

  return (sentence) => {
    if (waiting.at(-1) === sentence) return;
    waiting.push(sentence);
    timer ??= setTimeout(speak, Math.max(GATHER, last + APART - Date.now()));
  };
}
