/**
 * The sign-in pages: plain HTML, no script but the one that posts a form_post answer, usable with the keyboard alone.
 *
 * Every page has a `main` with `data-page`, one level-one heading, and buttons whose text is their accessible name.
 */

/** A fragment of HTML that is already escaped. */
interface Markup {
  readonly markup: string;
}

// In every form the first button is the one that Enter presses, so the way forward comes first; it is shown last.

/** Tagged template that escapes what is put into it. */
function markup(parts: TemplateStringsArray, ...values: readonly (string | Markup | readonly Markup[])[]): Markup {
  const rendered = values.map((value) => {
    if (typeof value === 'string') {
      return escapeHtml(value);
    }
    return 'markup' in value ? value.markup : value.map((item) => item.markup).join('');
  });
  return { markup: parts.map((part, index) => part + (rendered[index] ?? '')).join('') };
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

const style = `
:root{color-scheme:light dark;font:16px/1.5 system-ui,"Segoe UI",sans-serif;--edge:light-dark(#c8c8c8,#555);--accent:light-dark(#0f5fb0,#6cb6ff);--card:light-dark(#fff,#262626)}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;background:light-dark(#eef1f4,#161616);padding:1rem}
main{width:min(28rem,100%);background:var(--card);border:1px solid var(--edge);border-radius:6px;padding:2rem}
h1{font-size:1.4rem;font-weight:600;line-height:1.25;margin:0 0 .25rem}
p{margin:.5rem 0}.app{color:light-dark(#555,#bbb)}
ul{padding-left:1.25rem}ul.accounts{list-style:none;padding:0;margin:1rem 0 0}
button,input[type=text],input[type=email]{font:inherit;padding:.6rem .9rem;border-radius:4px;border:1px solid var(--edge);background:transparent;color:inherit}
input{width:100%;margin:.25rem 0 1rem}
button{cursor:pointer}button:hover{border-color:var(--accent)}
button.account{display:block;width:100%;text-align:left;margin-bottom:.5rem}
button.account small{display:block;color:light-dark(#555,#bbb)}
button.primary{background:light-dark(#0f5fb0,#1f6fc2);border-color:transparent;color:#fff}
.buttons{display:flex;flex-direction:row-reverse;gap:.5rem;justify-content:flex-start;margin-top:1.5rem;flex-wrap:wrap}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.problem{color:light-dark(#a4262c,#ff99a4)}
code{overflow-wrap:anywhere}
footer{margin-top:2rem;padding-top:.75rem;border-top:1px solid var(--edge);font-size:.8rem;color:light-dark(#555,#bbb)}
`.replaceAll('\n', '');

function page(name: string, title: string, body: Markup): string {
  return markup`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><style>${{ markup: style }}</style></head>
<body><main data-page="${name}"><h1>${title}</h1>${body}<footer>Local Azure: not Microsoft. No password is asked for here; nothing leaves this machine.</footer></main></body></html>
`.markup;
}

/** Where a page sends its form, and the sign-in it belongs to. */
export interface FormTarget {
  readonly action: string;
  readonly flow: string;
}

function form(target: FormTarget, body: Markup): Markup {
  return markup`<form method="post" action="${target.action}"><input type="hidden" name="flow" value="${target.flow}">${body}</form>`;
}

function submit(name: string, value: string, label: string): Markup {
  const kind = ['next', 'accept', 'approve', 'continue'].includes(value) ? 'primary' : 'secondary';
  return markup`<button class="${kind}" name="${name}" value="${value}">${label}</button>`;
}

/** "Pick an account": one button an account, another for a different one, and Cancel. */
export function accountPage(
  target: FormTarget,
  application: string,
  accounts: readonly { readonly username: string; readonly name: string }[],
): string {
  const items = accounts.map(
    ({ username, name }) =>
      markup`<li><button class="account" name="username" value="${username}">${name}<small>${username}</small></button></li>`,
  );
  return page(
    'account',
    'Pick an account',
    markup`<p class="app">to continue to ${application}</p>${form(
      target,
      markup`<ul class="accounts">${items}<li><button class="account" name="action" value="other">Use another account</button></li></ul><div class="buttons">${submit('action', 'cancel', 'Cancel')}</div>`,
    )}`,
  );
}

/** "Sign in": the address of an account that is not in the list. */
export function usernamePage(target: FormTarget, application: string, problem?: string): string {
  const alert = problem ? markup`<p class="problem" role="alert">${problem}</p>` : markup``;
  return page(
    'username',
    'Sign in',
    markup`<p class="app">to continue to ${application}</p>${alert}${form(
      target,
      markup`<label>Email<input type="email" name="username" autocomplete="username" required autofocus></label><div class="buttons">${submit('action', 'next', 'Next')}${submit('action', 'cancel', 'Cancel')}</div>`,
    )}`,
  );
}

/** The second factor: approved with one button. */
export function multifactorPage(target: FormTarget, username: string): string {
  return page(
    'multifactor',
    'Approve sign-in request',
    markup`<p class="app">${username}</p><p>Because you’re accessing sensitive info, you need to verify that it is you.</p>${form(
      target,
      markup`<div class="buttons">${submit('action', 'approve', 'Approve')}${submit('action', 'cancel', 'Cancel')}</div>`,
    )}`,
  );
}

/** "Permissions requested". */
export function consentPage(
  target: FormTarget,
  details: { readonly application: string; readonly username: string; readonly permissions: readonly string[] },
): string {
  const items = details.permissions.map((permission) => markup`<li>${permission}</li>`);
  return page(
    'consent',
    'Permissions requested',
    markup`<p class="app">${details.username}</p><p><strong>${details.application}</strong> would like to:</p><ul>${items}</ul><p>Accepting these permissions means that you allow this app to use your data.</p>${form(
      target,
      markup`<div class="buttons">${submit('action', 'accept', 'Accept')}${submit('action', 'decline', 'Cancel')}</div>`,
    )}`,
  );
}

/** The device page's first step. */
export function deviceCodePage(action: string, problem?: string): string {
  const alert = problem ? markup`<p class="problem" role="alert">${problem}</p>` : markup``;
  return page(
    'device-code',
    'Enter code to allow access',
    markup`<p>Enter the code displayed on your app or device.</p>${alert}<form method="post" action="${action}"><label>Code<input type="text" name="otc" autocomplete="off" required autofocus></label><div class="buttons">${submit('action', 'next', 'Next')}</div></form>`,
  );
}

/** The device page's last question. */
export function deviceConfirmPage(target: FormTarget, application: string): string {
  return page(
    'device-confirm',
    `Are you trying to sign in to ${application}?`,
    markup`<p>Only continue if you downloaded the app from a store or website that you trust.</p>${form(
      target,
      markup`<div class="buttons">${submit('action', 'continue', 'Continue')}${submit('action', 'cancel', 'Cancel')}</div>`,
    )}`,
  );
}

/** A page that only tells something. */
export function messagePage(name: 'done' | 'declined' | 'signed-out' | 'native', title: string, text: string): string {
  return page(name, title, markup`<p>${text}</p>`);
}

/** An error that is told to the person and not to the application. */
export function errorPage(details: {
  readonly message: string;
  readonly correlationId: string;
  readonly traceId: string;
  readonly timestamp: string;
}): string {
  return page(
    'error',
    'Sorry, but we’re having trouble signing you in.',
    markup`<p class="problem" role="alert">${details.message}</p><p>Request Id: <code>${details.traceId}</code><br>Correlation Id: <code>${details.correlationId}</code><br>Timestamp: <code>${details.timestamp}</code></p>`,
  );
}

/** The answer to an application that asked for `response_mode=form_post`. */
export function formPostPage(redirectUri: string, fields: readonly (readonly [string, string])[]): string {
  const inputs = fields.map(([name, value]) => markup`<input type="hidden" name="${name}" value="${value}">`);
  return markup`<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Working...</title></head><body data-page="form-post"><form method="POST" name="hiddenform" action="${redirectUri}">${inputs}<noscript><p>Script is disabled. Click Submit to continue.</p><input type="submit" value="Submit"></noscript></form><script>document.forms[0].submit();</script></body></html>`
    .markup;
}
