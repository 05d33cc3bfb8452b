# The templates, the script that fills them in, and what it makes of them for
# an nginx that is already there.
nginxdir = $(pkgdatadir)/nginx
nginx_templates = \
	nginx/cardea-error.conf.in \
	nginx/cardea-explorer.conf.in \
	nginx/cardea-fastcgi.conf.in \
	nginx/cardea-headers.conf.in \
	nginx/cardea-hosted.conf.in \
	nginx/cardea-http.conf.in \
	nginx/cardea-server.conf.in \
	nginx/cardea-site.conf.in \
	nginx/cardea-static.conf.in
nginxtemplatesdir = $(nginxdir)/templates
dist_nginxtemplates_DATA = $(nginx_templates) nginx/nginx.conf.in
dist_nginxtemplates_SCRIPTS = nginx/render
nginx_DATA = \
	nginx/cardea-error.conf \
	nginx/cardea-explorer.conf \
	nginx/cardea-fastcgi.conf \
	nginx/cardea-headers.conf \
	nginx/cardea-hosted.conf \
	nginx/cardea-http.conf \
	nginx/cardea-server.conf \
	nginx/cardea-site.conf \
	nginx/cardea-static.conf
CLEANFILES += $(nginx_DATA) nginx/rendered

nginx/rendered: $(nginx_templates) nginx/render
	$(AM_V_GEN)$(SHELL) $(srcdir)/nginx/render nginx \
		/run/cardea/cardea.sock '$(wwwdir)' 1 '$(nginxdir)' && \
		touch $@
$(nginx_DATA): nginx/rendered
	@:

wwwdir = $(pkgdatadir)/html
dist_www_DATA = \
	nginx/html/404.html \
	nginx/html/docs.html \
	nginx/html/docs.js \
	nginx/html/explorer.css \
	nginx/html/hosted.js \
	nginx/html/icon.svg \
	nginx/html/index.html \
	nginx/html/redoc.html \
	nginx/html/redoc.js \
	nginx/html/reset-password.html \
	nginx/html/reset-password.js \
	nginx/html/style.css \
	nginx/html/verify-email.html \
	nginx/html/verify-email.js
