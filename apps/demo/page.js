/** The demonstration's page: sends phrases, and shows what becomes of them. */
const PERIOD_MILLISECONDS = 1000;
const form = /** @type {HTMLFormElement} */ (document.querySelector("form"));
const counts = /** @type {HTMLElement} */ (document.querySelector("#counts"));
const rows = /** @type {HTMLElement} */ (document.querySelector("tbody"));

/** @param {{ id: number, phrase: string, result: string | null, worker: string | null }} job */
function rowOf({ id, phrase, result, worker }) {
  const row = document.createElement("tr");
  for (const text of [id, phrase, result ?? "waiting", worker ?? ""]) row.insertCell().textContent = String(text);
  return row;
}

async function show() {
  try {
    const response = await fetch("api/jobs");
    if (!response.ok) throw new Error(`the API answers ${response.status}`);
    const told = await response.json();
    counts.textContent = `${told.counts.jobs} jobs, ${told.counts.done} done, ${told.counts.waiting} in the queue; answered by ${told.answeredBy}.`;
    rows.replaceChildren(...told.jobs.map(rowOf));
  } catch (error) {
    counts.textContent = `Nothing new: ${/** @type {Error} */ (error).message}.`;
  }
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const phrase = new FormData(form).get("phrase");
  form.reset();
  await fetch("api/jobs", { method: "POST", body: JSON.stringify({ phrase }) });
  await show();
});

await show();
setInterval(show, PERIOD_MILLISECONDS);
