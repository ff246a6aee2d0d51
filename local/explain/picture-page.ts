/** The picture of a stack as a page of its own, which loads nothing. */
import type { Plan } from "../../config/plan.ts";
import { drawPicture } from "../report/drawing.ts";
import { Html, html } from "../report/html.ts";
import { pictureOf } from "../report/picture.ts";
import { STYLE } from "../report/style.ts";

export function picturePage(plan: Plan): string {
  const title = `${plan.application}, stack ${plan.stack}`;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<main><h1>${title}</h1>${drawPicture(pictureOf(plan))}</main>
</body>
</html>
`;
  return page.text;
}
