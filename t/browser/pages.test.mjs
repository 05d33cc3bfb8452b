/*
 * The pages behind the mail's links, in each of their states: what the
 * server would answer is played to them, but for the first tests.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { url } from '../clients/support.mjs';
import { open } from './browser.mjs';

const STRONG = 'Hinge-and-Door-1';

function played(status, body = {}, headers = {}) {
	return (route) => route.fulfill({ status, headers,
		contentType: 'application/json', body: JSON.stringify(body) });
}

async function send_password(page, password = STRONG) {
	await page.fill('#password', password);
	await page.click('#reset button:not([type])');
}

async function confirm(page) {
	await page.click('#confirm button');
}

async function ask_again(page, email = 'ann@example.com') {
	await page.fill('#email', email);
	await page.click('#again button');
}

const invalid = played(400, { error_code: 'INVALID_LINK' });
const bad_token = played(422, { error_code: 'VALIDATION_ERROR',
	error: { details: { field: 'token' } } });
const limited = played(429, { retry_after: 42 }, { 'Retry-After': '42' });
const busy = played(503, {}, { 'Retry-After': '5' });
const broken = played(500, {}, { 'X-Request-ID': 'req_1' });
const down = (route) => route.abort();

/* Page, the server's answer, what is done, what is then read in it. */
const cases = [
	['verify-email?token=x', null, null, 'One click'],
	['verify-email', null, null, 'Open the link from your mail'],
	['verify-email?token=', null, null, 'Open the link from your mail'],
	['verify-email?token=x', played(200), confirm, 'is confirmed'],
	['verify-email?token=x', invalid, confirm, 'does not work any more'],
	['verify-email?token=x', bad_token, confirm, 'does not work any more'],
	['verify-email?token=x', played(409), confirm, 'another account'],
	['verify-email?token=x', limited, confirm, 'wait 42 seconds'],
	['verify-email?token=x', busy, confirm, 'busy. Please wait 5 seconds'],
	['verify-email?token=x', broken, confirm, '(Reference: req_1)'],
	['verify-email?token=x', down, confirm, 'could not be reached'],
	['verify-email', played(200), ask_again, 'Look into your mailbox'],
	['verify-email', played(422), ask_again, 'enter an e-mail address'],
	['verify-email', null, (p) => ask_again(p, 'x'),
		'enter an e-mail address'],
	['verify-email', limited, ask_again, 'wait 42 seconds'],
	['reset-password?token=x', null, null, '8 characters or more'],
	['reset-password', null, null, 'Forgot your password?'],
	['reset-password?token=x', null, (p) => send_password(p, 'hinge'),
		'Still missing: 8 characters or more, a capital letter (A–Z), ' +
		'a digit (0–9), a special character (! # -).'],
	['reset-password?token=x', played(400, { error_code: 'WEAK_PASSWORD' }),
		send_password, 'too common'],
	['reset-password?token=x', played(200), send_password, 'is changed'],
	['reset-password?token=x', invalid, send_password, 'any more'],
	['reset-password?token=x', limited, send_password, 'wait 42 seconds'],
	['reset-password?token=x', down, send_password, 'not be reached'],
	['reset-password', played(200), ask_again, 'Look into your mailbox'],
];

/*
 * Opens a page; what it may never do fails the test: a script error, a
 * breach of its policy, a request to elsewhere, a referrer.
 */
async function visit(target, answer = null, options = {}) {
	const page = await open(options);

	page.faults = [];
	page.on('pageerror', (e) => page.faults.push(e.message));
	page.on('console', (m) => {
		if (m.type() === 'error' && !/^Failed to load/.test(m.text()))
			page.faults.push(m.text());
	});
	page.on('request', (r) => {
		if (!r.url().startsWith(url + '/') || r.headers().referer)
			page.faults.push(`${r.url()} ${r.headers().referer}`);
	});
	if (answer)
		await page.route('**/api/**', answer);
	await page.goto(`${url}/${target}`);
	return page;
}

async function leave(page) {
	assert.deepEqual(page.faults, []);
	assert.ok(!page.url().includes('token'), page.url());
	await page.context().close();
}

async function reads(page, text) {
	await page.locator('main section:visible', { hasText: text }).first()
	    .waitFor({ timeout: 5000 });
}

for (const [target, answer, act, text] of cases) {
	test(`${target}: ${text}`, async () => {
		const page = await visit(target, answer);

		if (act)
			await act(page);
		await reads(page, text);
		await leave(page);
	});
}

test('the server refuses a link that is none', async () => {
	const page = await visit('verify-email/?token=none');

	await confirm(page);
	await reads(page, 'does not work any more');
	await ask_again(page, 'nobody@clients.example.org');
	await reads(page, 'Look into your mailbox');
	await leave(page);
});

test('the server refuses a password by a link that is none', async () => {
	const page = await visit('reset-password/?token=none');

	await send_password(page);
	await reads(page, 'does not work any more');
	await leave(page);
});

test('nothing is sent before the click', async () => {
	const page = await visit('verify-email?token=x');
	const calls = [];

	page.on('request', (r) => calls.push(r.url()));
	await page.reload();
	await reads(page, 'One click');
	assert.deepEqual(calls.filter((c) => c.includes('/api/')), []);
	await leave(page);
});

test('the token outlives a reload, and no success', async () => {
	const sent = [];
	const page = await visit('verify-email?token=x', (route) => {
		sent.push(route.request().postDataJSON());
		return played(sent.length < 2 ? 500 : 200)(route);
	});

	await confirm(page);
	await reads(page, 'went wrong');
	await page.reload();
	await confirm(page);
	await reads(page, 'is confirmed');
	assert.deepEqual(sent, [{ token: 'x' }, { token: 'x' }]);
	await page.reload();
	await reads(page, 'Open the link');
	await leave(page);
});

test('the rule is shown while one types', async () => {
	const page = await visit('reset-password?token=x');
	const met = () => page.$$eval('.met', (l) => l.map((i) => i.dataset.rule));

	for (const [password, rules] of [['', []], ['h', ['lower']],
		['hing', ['lower']], ['hingE', ['upper', 'lower']],
		['hingE1', ['upper', 'lower', 'digit']],
		['hingE1é', ['upper', 'lower', 'digit', 'special']],
		['hingE1é🔑', ['length', 'upper', 'lower', 'digit', 'special']]]) {
		await page.fill('#password', password);
		assert.deepEqual(await met(), rules, password);
	}
	await leave(page);
});

test('with the keyboard alone, and a screen reader', async () => {
	const page = await visit('reset-password?token=x', played(200));

	await page.keyboard.press('Tab');
	await page.keyboard.type('short');
	await page.keyboard.press('Enter');
	assert.equal(await page.getAttribute(':focus', 'id'), 'password');
	assert.equal(await page.getAttribute('#password', 'aria-invalid'), 'true');
	assert.match(await page.textContent('#reset [role=alert]'), /missing/);
	assert.match(await page.textContent('[role=status]'), /missing/);
	await page.keyboard.press('Tab');
	await page.keyboard.press('Space');
	assert.equal(await page.getAttribute('#password', 'type'), 'text');
	assert.equal(await page.getAttribute(':focus', 'aria-pressed'), 'true');
	await page.getByLabel('New password').fill(STRONG);
	await page.keyboard.press('Enter');
	await reads(page, 'is changed');
	assert.match(await page.textContent(':focus'), /Your password is/);
	assert.equal(await page.inputValue('#password'), '');
	await leave(page);
});

test('a pause counts down, and ends', async () => {
	const page = await visit('verify-email?token=x', limited);
	const button = page.locator('#confirm button');

	await page.clock.install();
	await page.clock.pauseAt(Date.now() + 60000);
	await confirm(page);
	await reads(page, 'wait 42 seconds');
	for (const [later_s, text, closed] of [[0, '(42 s)', 'true'],
		[40, '(2 s)', 'true'], [1, '(1 s)', 'true'], [1, '', 'false']]) {
		await page.clock.runFor(later_s * 1000);
		assert.equal(await button.textContent(),
		    `Confirm address ${text}`.trim());
		assert.equal(await button.getAttribute('aria-disabled'), closed);
	}
	assert.equal(await page.isVisible('#confirm [role=alert]'), false);
	await leave(page);
});

test('German', async () => {
	for (const [target, text] of [['verify-email?token=x', 'Ein Klick'],
		['reset-password?token=x', '8 Zeichen oder mehr']]) {
		const page = await visit(target, down, { locale: 'de-AT' });

		await reads(page, text);
		assert.equal(await page.getAttribute('html', 'lang'), 'de');
		const left = await page.$$eval('[data-t]', (nodes) => nodes
		    .filter((n) => n.textContent === n.dataset.t)
		    .map((n) => n.dataset.t));

		assert.deepEqual(left, []);
		await leave(page);
	}
});

test('without JavaScript it is said why', async () => {
	for (const target of ['verify-email', 'reset-password']) {
		const page = await open({ javaScriptEnabled: false });

		await page.goto(`${url}/${target}?token=x`);
		assert.match(await page.textContent('h2:visible'),
		    /needs JavaScript/);
		assert.equal(await page.locator('form:visible').count(), 0);
		await page.context().close();
	}
});

test('no page is wider than a small phone', async () => {
	for (const target of ['', 'verify-email', 'verify-email?token=x',
		'reset-password', 'reset-password?token=x']) {
		const page = await open({ locale: 'de',
			viewport: { width: 320, height: 600 } });

		await page.goto(`${url}/${target}`);
		assert.equal(await page.evaluate(
		    () => document.documentElement.scrollWidth), 320, target);
		await page.context().close();
	}
});
