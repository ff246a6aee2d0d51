import { painter } from "./terminal.ts";

/** Something that takes a while. */
export interface Step {
  /** Says how far it is. */
  update(text: string): void;
  /** Says that it is done; `text` in place of the step's own words. */
  done(text?: string): void;
  failed(text?: string): void;
}

export interface Progress {
  step(text: string): Step;
}

/** For callers who do not want to hear of it. */
export const silentProgress: Progress = { step: () => ({ update() {}, done() {}, failed() {} }) };

const LIVE_MILLISECONDS = 200;
const PLAIN_MILLISECONDS = 30_000;

/** A line a step: redrawn on a terminal, else printed when it starts, now and then, and when it ends. */
export function terminalProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  const live = stream.isTTY === true && process.env.CI === undefined;
  const mark = painter(stream);

  return {
    step(text) {
      const started = Date.now();
      let latest = "";
      const line = () => `${text}${latest && ` · ${latest}`}${elapsed(started)}`;
      const draw = () => {
        if (live) stream.write(`\r\x1b[2K${mark("•", "cyan")} ${line()}`);
        else stream.write(`• ${line()}\n`);
      };
      draw();
      const timer = setInterval(draw, live ? LIVE_MILLISECONDS : PLAIN_MILLISECONDS);
      timer.unref();
      const end = (sign: string, words: string) => {
        clearInterval(timer);
        const [title, ...details] = words.split("\n");
        const lines = [`${sign} ${title}${elapsed(started)}`, ...details];
        stream.write(`${live ? "\r\x1b[2K" : ""}${lines.join("\n")}\n`);
      };
      return {
        update(words) {
          latest = words;
        },
        done: (words = text) => end(mark("✓", "green"), words),
        failed: (words = text) => end(mark("✗", "red"), words),
      };
    },
  };
}

function elapsed(since: number): string {
  const seconds = Math.round((Date.now() - since) / 1000);
  if (seconds < 1) return "";
  return seconds < 60 ? ` (${seconds} s)` : ` (${Math.floor(seconds / 60)} min ${seconds % 60} s)`;
}
