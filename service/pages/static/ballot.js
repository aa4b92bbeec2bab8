// Adds up a ballot while it is filled in, and keeps its choices in this tab until they are cast. Nothing here is needed:
// without it the buttons of the form do the same.

const KEPT = "ballot ";

for (const done of document.querySelectorAll("[data-forget]")) forget(done.dataset.forget);
for (const note of document.querySelectorAll("[data-offline]")) stay(note);
const form = document.querySelector("form[data-pot]");
if (form) begin(form);

// Without a connection the browser would leave this page for one of its own. The form stays, and is sent later.
function stay(note) {
  note.closest("form").addEventListener("submit", (event) => {
    if (navigator.onLine !== false) return;
    event.preventDefault();
    note.setAttribute("role", "alert");
    note.hidden = false;
    note.scrollIntoView({ block: "center" });
  });
  addEventListener("online", () => {
    note.hidden = true;
  });
}

function forget(pot) {
  try {
    sessionStorage.removeItem(KEPT + pot);
  } catch {
    // A browser that keeps nothing has nothing to forget.
  }
}

function kept({ pot, whose }) {
  try {
    const found = JSON.parse(sessionStorage.getItem(KEPT + pot));
    return found?.whose === whose ? found.choices : null;
  } catch {
    return null;
  }
}

function keep({ pot, whose }, choices) {
  try {
    sessionStorage.setItem(KEPT + pot, JSON.stringify({ whose, choices }));
  } catch {
    // Full, or not allowed: the form still holds everything.
  }
}

function begin(form) {
  const mine = form.dataset;
  const written = writer(mine);
  let waiting;
  const show = () => {
    const made = read(form);
    for (const gauge of form.querySelectorAll(".gauge")) fill(gauge, made, written);
  };

  const moving = !form.querySelector("[type=checkbox], [name=points]"); // by buttons: the server has added it up
  form.classList.add("live");
  const opened = JSON.stringify(sent(form));
  const before = kept(mine);
  if (mine.sent) keep(mine, sent(form));
  else if (before && JSON.stringify(before) !== opened) offer(form, before);
  else forget(mine.pot);

  form.addEventListener("input", () => {
    show();
    keep(mine, sent(form));
    form.querySelector("#kept").hidden = true;
    clearTimeout(waiting);
    waiting = setTimeout(() => say(form), 1200);
  });
  if (moving) return;
  show();
  addEventListener("pageshow", show); // a browser may fill the form in as it was left
}

function say(form) {
  const lines = [...form.querySelectorAll(".gauge p")].map((line) => line.textContent);
  form.querySelector("#said").textContent = lines.join(". ");
}

function offer(form, choices) {
  const note = form.querySelector("#kept");
  note.hidden = false;
  form.querySelector("#bring").addEventListener("click", () => {
    for (const field of form.querySelectorAll("[name=choices], [name=points]")) field.disabled = true;
    for (const [name, value] of choices) {
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name, value });
      form.append(field);
    }
    form.requestSubmit(form.querySelector("[value=add]"));
  });
  form.querySelector("#forget").addEventListener("click", () => {
    forget(form.dataset.pot);
    note.hidden = true;
  });
}

// The choices as the form would send them; of projects with points those that have some.
function sent(form) {
  const data = new FormData(form);
  const points = data.getAll("points");
  const choices = data.getAll("choices").filter((_, at) => !points.length || Number(points[at]) !== 0);
  const given = points.filter((each) => Number(each) !== 0);
  return [...choices.map((each) => ["choices", each]), ...given.map((each) => ["points", each])];
}

function read(form) {
  const made = { projects: 0, money: 0, points: 0 };
  for (const project of form.querySelectorAll("[data-cost]")) {
    const box = project.querySelector("[type=checkbox], [name=points]");
    const given = !box ? 0 : box.type === "checkbox" ? Number(box.checked) : Number(box.value) || 0;
    if (given <= 0) continue;
    made.projects += 1;
    made.points += given;
    made.money += Number(project.dataset.cost);
  }
  return made;
}

function fill(gauge, made, written) {
  const { what, of, least, most, need, left, over } = gauge.dataset;
  const used = made[what];
  const beyond = most !== "" && used > Number(most);
  const [rest, how] = beyond
    ? [used - most, over]
    : used < Number(least) ? [least - used, need] : [most - used, left];
  const put = (text, number) => text.replace("{n}", written(number, what));
  gauge.classList.toggle("beyond", beyond);
  gauge.querySelector("p").textContent = how ? `${put(of, used)}: ${put(how, rest)}` : put(of, used);
  const meter = gauge.querySelector("meter");
  if (meter) meter.value = used;
}

// Writes a number, or an amount of minor units as the page writes none of it: "0 kr".
function writer({ locale, money }) {
  const language = `${locale.replace("_", "-")}-u-nu-latn`;
  const whole = new Intl.NumberFormat(language);
  const parts = new Intl.NumberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  return (number, what) =>
    what === "money"
      ? money.replace("0", (number % 100 ? parts : whole).format(number / 100))
      : whole.format(number);
}
