/*
 * What the pages behind the mail's links share: the token, the language, the
 * states of a page and the way to the server. The HTML is English; a page
 * brings its German.
 */

const english = {
	network: 'The server could not be reached. Check your connection and try again.',
	wait: 'Too many attempts. Please wait $1, then try again.',
	busy: 'The server is busy. Please wait $1, then try again.',
	unknown: 'Something went wrong on the server. Please try again later. (Reference: $1)',
	bad_email: 'Please enter an e-mail address, such as ann@example.com.',
	seconds: '$1 seconds',
	second: '1 second',
	minutes: '$1 minutes',
};
const german = {
	network: 'Der Server ist nicht erreichbar. Bitte prüfen Sie die Verbindung und versuchen Sie es noch einmal.',
	wait: 'Zu viele Versuche. Bitte warten Sie $1 und versuchen Sie es dann noch einmal.',
	busy: 'Der Server ist ausgelastet. Bitte warten Sie $1 und versuchen Sie es dann noch einmal.',
	unknown: 'Auf dem Server ist etwas schiefgegangen. Bitte versuchen Sie es später noch einmal. (Kennung: $1)',
	bad_email: 'Bitte geben Sie eine E-Mail-Adresse ein, zum Beispiel ann@example.com.',
	seconds: '$1 Sekunden',
	second: '1 Sekunde',
	minutes: '$1 Minuten',
	email: 'E-Mail-Adresse',
	send: 'Neuen Link senden',
	invalid: 'Dieser Link gilt nicht mehr',
	sent: 'Sehen Sie in Ihr Postfach',
};

let words = english;

/* The text of that key, with its argument. */
export function say(key, argument = '') {
	return (words[key] ?? key).replace('$1', argument);
}

/*
 * Speaks German to those who prefer it. own: the page's texts by key, German
 * for everything in its HTML, and both languages for what its module says.
 */
export function translate(own) {
	if (!/^de\b/i.test(navigator.language)) {
		words = { ...english, ...own.en };
		return;
	}
	words = { ...german, ...own.de };
	document.documentElement.lang = 'de';
	for (const node of document.querySelectorAll('[data-t]'))
		node.textContent = say(node.dataset.t);
}

/*
 * The token of the link, which then leaves the address bar: neither a
 * bookmark nor a screenshot shall hold it. A reload still finds it.
 */
export function take_token() {
	const token = new URLSearchParams(location.search).get('token') ??
	    history.state?.token;

	history.replaceState(token ? { token } : null, '', location.pathname);
	return token || null;
}

export function drop_token() {
	history.replaceState(null, '', location.pathname);
}

/* Shows the sections of that state; a reader is taken to the first heading. */
export function show(state, focus = true) {
	let heading = null;

	for (const section of document.querySelectorAll('[data-state]')) {
		section.hidden = !section.dataset.state.split(' ').includes(state);
		if (!section.hidden)
			heading ??= section.querySelector('h2[tabindex]');
	}
	if (focus)
		heading?.focus();
}

function duration(seconds) {
	if (seconds === 1)
		return say('second');
	return seconds <= 120 ? say('seconds', seconds) :
	    say('minutes', Math.ceil(seconds / 60));
}

export function complain(form, text) {
	const alert = form.querySelector('.alert');

	alert.textContent = text;
	alert.hidden = text === '';
}

/* Unlike a disabled button, this one keeps the focus. */
function close(button, closed) {
	button.setAttribute('aria-disabled', String(closed));
}

/* Closes the form for that time; its button counts down. */
function pause(form, seconds) {
	const button = form.querySelector('button:not([type])');
	const label = button.textContent;
	const end = performance.now() + seconds * 1000;
	const tick = () => {
		const left = Math.ceil((end - performance.now()) / 1000);

		close(button, left > 0);
		button.textContent = left > 0 ? `${label} (${left} s)` : label;
		if (left > 0)
			return;
		clearInterval(timer);
		complain(form, '');
	};
	const timer = setInterval(tick, 250);

	tick();
}

async function post(path, body) {
	try {
		const answer = await fetch('/api/v1/auth/' + path, {
			method: 'POST',
			headers: { 'Content-Type': 'application/json' },
			body: JSON.stringify(body),
			credentials: 'omit',
			cache: 'no-store',
		});

		return {
			ok: answer.ok,
			status: answer.status,
			wait_s: Number(answer.headers.get('Retry-After')) || 0,
			reference: answer.headers.get('X-Request-ID') ?? '',
			...await answer.json().catch(() => ({})),
		};
	} catch {
		return { ok: false, status: 0 };
	}
}

/* What every form may be told. */
function explain(form, answer) {
	if (answer.status === 429 || answer.wait_s > 0) {
		complain(form, say(answer.status === 429 ? 'wait' : 'busy',
		    duration(answer.wait_s || 60)));
		pause(form, answer.wait_s || 60);
	} else {
		complain(form, answer.status === 0 ? say('network') :
		    say('unknown', answer.reference || answer.status));
	}
}

/*
 * Posts what body() gives when the form is sent, null meaning nothing, and
 * hands the answer to done(); that gives false for what it does not know.
 */
export function on_send(form, path, body, done) {
	const button = form.querySelector('button:not([type])');

	form.addEventListener('submit', async (event) => {
		event.preventDefault();
		if (button.ariaDisabled === 'true')
			return;
		complain(form, '');
		const input = body();

		if (input === null)
			return;
		close(button, true);
		form.setAttribute('aria-busy', 'true');
		const answer = await post(path, input);

		form.removeAttribute('aria-busy');
		close(button, false);
		if (done(answer) === false)
			explain(form, answer);
	});
}

/* The form that asks for another mail. */
export function offer_again(path) {
	const form = document.getElementById('again');
	const email = form.elements.email;
	const refuse = () => {
		complain(form, say('bad_email'));
		email.setAttribute('aria-invalid', 'true');
		email.focus();
		return null;
	};

	on_send(form, path, () => {
		email.removeAttribute('aria-invalid');
		return /.@./.test(email.value) ? { email: email.value } : refuse();
	}, (answer) => {
		if (answer.ok)
			return show('sent');
		return answer.status === 422 ? refuse() : false;
	});
}

/* A link that cannot be used: it was refused, or is no token at all. */
export function is_bad_link(answer) {
	return answer.error_code === 'INVALID_LINK' ||
	    answer.error?.details?.field === 'token';
}

document.getElementById('host').textContent = location.host;
