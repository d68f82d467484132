// Calls to the simulator's control routes.
async function call(method, path, body) {
  const options = { method };
  if (body instanceof FormData) options.body = body;
  else if (body) { options.body = JSON.stringify(body); options.headers = { "Content-Type": "application/json" }; }
  const response = await fetch(`/control/${path}`, options);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error ?? response.statusText);
  return answer;
}
const who = (target) => new URLSearchParams(target);
export const state = () => call("GET", "state");
export const chat = (target) => call("GET", `chat?${who(target)}`);
export const clearChat = (target) => call("DELETE", `messages?${who(target)}`);
export const addUser = (target) => call("POST", "users", target);
export const traffic = () => call("GET", "traffic");
export const exchange = (number) => call("GET", `traffic/${number}`);
export const clearTraffic = () => call("DELETE", "traffic");
export const addFault = (fault) => call("POST", "faults", fault);
export const removeFault = (number) => call("DELETE", number === undefined ? "faults" : `faults/${number}`);
export function act(target, action, parameters = {}, file) {
  if (!file) return call("POST", "act", { ...target, action, ...parameters });
  const form = new FormData();
  for (const [name, value] of Object.entries({ ...target, action, ...parameters })) form.append(name, value);
  form.append("file", file, file.name);
  return call("POST", "act", form);
}
export function listen(handler, onLost) {
  const source = new EventSource("/control/events");
  source.onmessage = (event) => handler(JSON.parse(event.data));
  source.onopen = () => handler({ kind: "open" });
  source.onerror = onLost;
}
