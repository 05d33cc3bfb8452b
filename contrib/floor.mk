EXTRA_DIST += \
	contrib/quickstart \
	contrib/quickstart.d/check.sh \
	contrib/quickstart.d/common.sh \
	contrib/quickstart.d/install.sh \
	contrib/quickstart.d/instance.sh \
	contrib/quickstart.d/prepare.sh
