// Puts a ranked ballot in order by dragging. Letting go of a project presses a button that the page does not show, so the
// server has the last word, as with the buttons beside each project, which do the same without script.

const list = document.querySelector(".ranking");
if (list?.children.length > 1) {
  list.classList.add("dragged");
  for (const item of list.children) hold(item, item.querySelector("[name=choices]").value);
}

function hold(item, number) {
  const handle = document.createElement("span");
  handle.className = "handle";
  handle.setAttribute("aria-hidden", "true");
  item.append(handle);
  let before;

  handle.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    event.preventDefault(); // no text is selected meanwhile
    handle.setPointerCapture(event.pointerId);
    item.classList.add("held");
    before = order();
  });
  handle.addEventListener("pointermove", (event) => {
    if (before) follow(item, event.clientY);
  });
  handle.addEventListener("lostpointercapture", () => {
    item.classList.remove("held");
    if (before && order() !== before) press(item.closest("form"), `place ${number}`);
    before = undefined;
  });
}

// The neighbours move around the one that is held: whoever moves in a page loses hold of the pointer.
function follow(item, y) {
  const middle = (other) => {
    const { top, height } = other.getBoundingClientRect();
    return top + height / 2;
  };
  while (item.previousElementSibling && y < middle(item.previousElementSibling)) item.after(item.previousElementSibling);
  while (item.nextElementSibling && y > middle(item.nextElementSibling)) item.before(item.nextElementSibling);
  item.scrollIntoView({ block: "nearest" });
}

function order() {
  return [...list.querySelectorAll("[name=choices]")].map((each) => each.value).join();
}

function press(form, value) {
  const button = document.createElement("button");
  Object.assign(button, { name: "press", value, hidden: true });
  form.append(button);
  form.requestSubmit(button);
}
