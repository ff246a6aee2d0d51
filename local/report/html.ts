/** Text as HTML: what comes from data is escaped, whatever it is. */

/** Markup that is meant as such. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Content = Html | string | number | undefined | false | readonly Content[];

/** Markup around values, which are escaped unless they are markup themselves; those left out leave nothing. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Html {
  return new Html(strings.map((text, index) => text + markup(values[index])).join(""));
}

function markup(value: Content): string {
  if (value === undefined || value === false) return "";
  if (value instanceof Html) return value.text;
  if (typeof value === "object") return value.map(markup).join("");
  return escapeText(String(value));
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] as string);
}

/** What a place of the page is linked by. */
export function idOf(...words: readonly string[]): string {
  return words
    .join("-")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}

/** A table that scrolls by itself where the page is narrow. */
export function table(caption: Content, columns: readonly Content[], rows: readonly Html[]): Html {
  const heads = columns.map((column) => html`<th scope="col">${column}</th>`);
  return html`<div class="scroll" tabindex="0" role="group" aria-label="table">
<table><caption>${caption}</caption><thead><tr>${heads}</tr></thead><tbody>
${rows}
</tbody></table></div>`;
}

/** A part of the page with a heading that can be linked. */
export function section(id: string, title: Content, ...content: readonly Content[]): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title"><a href="#${id}">${title}</a></h2>
${content}
</section>
`;
}
