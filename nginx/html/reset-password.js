import { complain, drop_token, is_bad_link, offer_again, on_send, say, show,
    take_token, translate } from '/hosted.js';

translate({ en: {
	hide: 'Hide',
	show: 'Show',
	lacking: 'Still missing: $1.',
	complete: 'The password has all that it needs.',
	common: 'This password is too common, others would guess it. Please choose another one.',
}, de: {
	title: 'Neues Passwort festlegen',
	password: 'Neues Passwort',
	show: 'Anzeigen',
	hide: 'Verbergen',
	length: '8 Zeichen oder mehr',
	upper: 'ein Großbuchstabe (A–Z)',
	lower: 'ein Kleinbuchstabe (a–z)',
	digit: 'eine Ziffer (0–9)',
	special: 'ein Sonderzeichen (! # -)',
	save: 'Neues Passwort speichern',
	ready: 'Damit werden Sie überall abgemeldet.',
	done: 'Ihr Passwort ist geändert',
	done_more: 'Sie sind überall abgemeldet. Kehren Sie zu Ihrer Anwendung zurück und melden Sie sich mit dem neuen Passwort an.',
	invalid_more: 'Er wurde schon benutzt, ist zu alt, oder eine neuere Mail hat ihn ersetzt. Ihr Passwort wurde nicht geändert.',
	missing: 'Passwort vergessen?',
	missing_more: 'Wir senden Ihnen einen Link, mit dem Sie ein neues festlegen. Falls Sie mit einem solchen Link hierher kamen, war er unvollständig: kopieren Sie ihn ganz in die Adresszeile.',
	again: 'Einen Link per Mail anfordern',
	sent_more: 'Wenn es ein Konto mit dieser Adresse gibt, ist eine Mail mit einem neuen Link unterwegs. Nur der neueste Link gilt.',
	lacking: 'Es fehlt noch: $1.',
	complete: 'Das Passwort hat alles, was es braucht.',
	common: 'Dieses Passwort ist zu verbreitet, andere würden es erraten. Bitte wählen Sie ein anderes.',
} });

/* The server's rule; it counts characters, and only ASCII letters as such. */
const rules = {
	length: (p) => [...p].length >= 8,
	upper: (p) => /[A-Z]/.test(p),
	lower: (p) => /[a-z]/.test(p),
	digit: (p) => /[0-9]/.test(p),
	special: (p) => /[^A-Za-z0-9]/.test(p),
};
const form = document.getElementById('reset');
const password = form.elements.password;
const progress = document.getElementById('progress');
const toggle = document.getElementById('show');
const token = take_token();

function lacking() {
	const items = [...document.querySelectorAll('[data-rule]')];

	return items.filter((item) => !rules[item.dataset.rule](password.value));
}

function verdict(items) {
	return items.length === 0 ? say('complete') : say('lacking',
	    items.map((i) => i.textContent.replace(/\s+/g, ' ')).join(', '));
}

function judge() {
	const missing = lacking();
	const text = password.value === '' ? '' : verdict(missing);

	for (const item of document.querySelectorAll('[data-rule]'))
		item.classList.toggle('met', !missing.includes(item));
	if (progress.textContent !== text)
		progress.textContent = text;
	password.removeAttribute('aria-invalid');
	complain(form, '');
}

function refuse(text) {
	complain(form, text);
	password.setAttribute('aria-invalid', 'true');
	password.focus();
	return null;
}

function hide(hidden) {
	password.type = hidden ? 'password' : 'text';
	toggle.setAttribute('aria-pressed', String(!hidden));
	toggle.textContent = say(hidden ? 'show' : 'hide');
}

password.addEventListener('input', judge);
toggle.addEventListener('click', () => hide(password.type === 'text'));
on_send(form, 'password/reset', () => {
	const missing = lacking();

	if (missing.length > 0)
		return refuse(verdict(missing));
	hide(true);
	return { token, new_password: password.value };
}, (answer) => {
	if (answer.error_code === 'WEAK_PASSWORD')
		return refuse(say('common'));
	if (answer.ok)
		show('done');
	else if (is_bad_link(answer))
		show('invalid');
	else
		return false;
	password.value = '';
	drop_token();
	return true;
});
offer_again('password/forgot');
judge();
show(token === null ? 'missing' : 'ready', false);
