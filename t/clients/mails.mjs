/* The mails that the instance has put into its spool folder. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { state } from './support.mjs';

const folder = path.join(state, 'var/mail');

/* RFC 2045 section 6.7. */
function decoded(text) {
	const bytes = text.replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/g,
	    (_, hex) => String.fromCharCode(parseInt(hex, 16)));

	return Buffer.from(bytes, 'latin1').toString('utf8');
}

/* Links of that page in mails to that address; a mail has one, twice. */
function links(to, page) {
	const found = new Set();

	for (const name of readdirSync(folder)) {
		if (!name.endsWith('.eml'))
			continue;
		const text = readFileSync(path.join(folder, name), 'utf8');

		if (!new RegExp(`^To: .*${to}`, 'mi').test(text))
			continue;
		for (const [link] of decoded(text).matchAll(
		    new RegExp(`https?://[^\\s"<>]+/${page}\\?token=[\\w-]+`, 'g')))
			found.add(link);
	}
	return [...found];
}

/* The link that is not in `known`; waits until a mail brings it. */
export async function next_link(to, page, known = []) {
	for (let i = 0; i < 300; i++) {
		const link = links(to, page).find((l) => !known.includes(l));

		if (link)
			return link;
		await sleep(100);
	}
	throw new Error(`no mail with a link to ${page} for ${to} in ${folder}`);
}
