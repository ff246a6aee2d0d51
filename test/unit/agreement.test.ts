/** What is asked before something is done that cannot be undone. */
import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { isAgreed } from "../../local/agreement.ts";

const question = { name: "shop", purpose: "take it down", otherwise: "Nothing was deleted.", yes: "shop may go" };

/** Answers a question at a terminal; undefined ends it, as Ctrl-D does. */
function answered(answer: string | undefined): Promise<boolean> {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode() {} });
  const output = new PassThrough();
  output.once("data", () => (answer === undefined ? input.end("\x04") : input.write(`${answer}\n`)));
  return isAgreed(question, false, { input, output: Object.assign(output, { isTTY: answer === undefined }) });
}

describe("An agreement", () => {
  const { error } = console;
  let said: string[];
  beforeEach(() => {
    said = [];
    console.error = (text: string) => said.push(text);
  });
  afterEach(() => {
    console.error = error;
  });

  it("is the name of what is at stake, and nothing else", async () => {
    assert.equal(await answered("shop"), true);
    assert.deepEqual(said, []);
    for (const other of ["yes", "y", ""]) assert.equal(await answered(other), false);
    assert.deepEqual(said, Array(3).fill("Nothing was deleted."));
  });

  it("is not what somebody says who has had enough", async () => {
    assert.equal(await answered(undefined), false);
    assert.deepEqual(said, ["\nNothing was deleted."]);
  });

  it("is asked of nobody where there is no terminal, or where it was given before", async () => {
    const nobody = { input: new PassThrough(), output: new PassThrough() };
    assert.equal(await isAgreed(question, false, nobody), false);
    assert.match(
      said[0] as string,
      /^Nobody can be asked here\. Nothing was deleted\.\n {2}fix {6}--yes says that shop may go$/,
    );
    assert.equal(await isAgreed(question, true, nobody), true);
  });
});
