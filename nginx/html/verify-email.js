import { drop_token, is_bad_link, offer_again, on_send, show, take_token,
    translate } from '/hosted.js';

translate({ de: {
	title: 'E-Mail-Adresse bestätigen',
	ready: 'Ein Klick, und wir wissen, dass diese Adresse Ihnen gehört.',
	confirm: 'Adresse bestätigen',
	done: 'Ihre Adresse ist bestätigt',
	done_more: 'Vielen Dank. Sie können diese Seite schließen und zu Ihrer Anwendung zurückkehren.',
	taken: 'Diese Adresse gehört inzwischen zu einem anderen Konto',
	taken_more: 'Seit die Mail verschickt wurde, hat sich jemand mit ihr angemeldet. Ihr Konto behält seine bisherige Adresse.',
	invalid_more: 'Er wurde schon benutzt, ist zu alt, oder eine neuere Mail hat ihn ersetzt. Wenn Sie Ihre Adresse bereits bestätigt haben, ist nichts mehr zu tun.',
	missing: 'Öffnen Sie den Link aus Ihrer Mail',
	missing_more: 'Der Link, mit dem Sie hierher kamen, ist unvollständig. Manche Mailprogramme zerbrechen lange Links: kopieren Sie ihn ganz in die Adresszeile.',
	again: 'Eine neue Mail anfordern',
	sent_more: 'Wenn diese Adresse noch bestätigt werden muss, ist eine Mail mit einem neuen Link unterwegs. Nur der neueste Link gilt.',
} });

const token = take_token();

on_send(document.getElementById('confirm'), 'email/verify', () => ({ token }),
    (answer) => {
	if (answer.ok)
		show('done');
	else if (is_bad_link(answer))
		show('invalid');
	else if (answer.status === 409)
		show('taken');
	else
		return false;
	drop_token();
	return true;
});
offer_again('email/resend-verification');
show(token === null ? 'missing' : 'ready', false);
