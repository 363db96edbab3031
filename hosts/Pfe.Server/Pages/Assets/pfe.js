// The pages work without this; it makes them pleasant: photographs dropped or taken, answers without a reload, keys for reviews.

const all = (root, selector) => root.querySelectorAll(selector);

function dropField(field) {
  const input = field.querySelector("input[type=file]");
  const chosen = field.querySelector("[data-chosen]");
  const show = () => {
    for (const image of all(chosen, "img")) URL.revokeObjectURL(image.src);
    chosen.replaceChildren(...[...input.files].slice(0, 12).map((file, i) => {
      const image = document.createElement("img");
      image.src = URL.createObjectURL(file);
      image.alt = input.files.length > 1 ? `Chosen photograph ${i + 1}` : "Chosen photograph";
      return image;
    }));
  };
  const take = files => {
    const transfer = new DataTransfer();
    if (input.multiple) for (const file of input.files) transfer.items.add(file);
    for (const file of files) {
      if (!file.type.startsWith("image/")) continue;
      transfer.items.add(file);
      if (!input.multiple) break;
    }
    input.files = transfer.files;
    show();
  };
  input.addEventListener("change", show);
  field.addEventListener("dragover", event => { event.preventDefault(); field.classList.add("over"); });
  field.addEventListener("dragleave", () => field.classList.remove("over"));
  field.addEventListener("drop", event => {
    event.preventDefault();
    field.classList.remove("over");
    take(event.dataTransfer.files);
  });
  const camera = field.querySelector("[data-camera]");
  if (camera && navigator.mediaDevices?.getUserMedia) {
    camera.hidden = false;
    camera.addEventListener("click", async () => {
      const file = await photograph();
      if (file) take([file]);
      camera.focus();
    });
  }
}

async function photograph() {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-label", "Camera");
  const video = Object.assign(document.createElement("video"), { autoplay: true, muted: true, playsInline: true });
  const say = Object.assign(document.createElement("p"), { textContent: "Waiting for the camera ..." });
  const shoot = Object.assign(document.createElement("button"),
    { textContent: "Take the photograph", className: "first", disabled: true });
  const close = Object.assign(document.createElement("button"), { textContent: "Close", className: "quiet" });
  const row = Object.assign(document.createElement("div"), { className: "actions" });
  row.append(shoot, close);
  dialog.append(video, say, row);
  document.body.append(dialog);
  dialog.showModal();
  // Before the camera is asked for: the dialog may be closed while the browser still asks whether it is allowed.
  const taken = new Promise(done => {
    dialog.addEventListener("close", () => done(null));
    close.addEventListener("click", () => done(null));
    shoot.addEventListener("click", () => {
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
      canvas.getContext("2d").drawImage(video, 0, 0);
      canvas.toBlob(blob => done(blob && new File([blob], "camera.jpg", { type: "image/jpeg" })), "image/jpeg", 0.92);
    });
  });
  const asked = navigator.mediaDevices.getUserMedia({ video: { facingMode: "user", width: { ideal: 1280 } } });
  asked.then(stream => { video.srcObject = stream; },
    () => { say.textContent = "The camera is not there, or the browser does not allow it."; });
  // Without a picture yet there is nothing to take.
  video.addEventListener("loadeddata", () => { say.textContent = ""; shoot.disabled = false; shoot.focus(); });
  const file = await taken;
  asked.then(stream => { for (const track of stream.getTracks()) track.stop(); }, () => { });
  dialog.remove();
  return file;
}

function progressive(form) {
  form.addEventListener("submit", async event => {
    event.preventDefault();
    const button = form.querySelector("button.first");
    const result = document.getElementById("result");
    button.disabled = true;
    result.setAttribute("aria-busy", "true");
    try {
      const response = await fetch(form.action, { method: "POST", body: new FormData(form) });
      if (response.redirected) { location.assign(response.url); return; }
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const found = page.getElementById("result");
      if (found) result.replaceChildren(...found.childNodes);
      else result.textContent = `The service answered with status ${response.status}.`;
    } catch {
      result.textContent = "The service does not answer; is it running?";
    } finally {
      button.disabled = false;
      result.removeAttribute("aria-busy");
      result.scrollIntoView({ block: "start" });
    }
  });
}

for (const field of all(document, "[data-drop]")) dropField(field);
for (const form of all(document, "form[data-progressive]")) progressive(form);
for (const select of all(document, "select[data-submit]")) {
  select.form.querySelector("button").hidden = true;
  select.addEventListener("change", () => select.form.requestSubmit());
}

// A link of the first start holds the key behind #, which no browser sends anywhere.
const signIn = document.querySelector("form[data-signin]");
if (signIn && location.hash.startsWith("#pfe_")) {
  signIn.elements.key.value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
  signIn.requestSubmit();
}

if (document.querySelector("[data-review]")) {
  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
    document.querySelector(`[data-key="${event.key.toLowerCase()}"]`)?.click();
  });
}
