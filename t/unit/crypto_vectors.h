/* Keys and tokens of the RFCs' examples. */
#ifndef UNIT_CRYPTO_VECTORS_H
#define UNIT_CRYPTO_VECTORS_H

/* RFC 7515 appendix A.2.1, and the payload of A.1 that all of them sign. */
#define RFC7515_PAYLOAD                                                        \
	"{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n "                       \
	"\"http://example.com/is_root\":true}"
#define RFC7515_PAYLOAD_B64                                                    \
	"eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"     \
	"cGxlLmNvbS9pc19yb290Ijp0cnVlfQ"

#define RFC7515_RSA_N                                                          \
	"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-"    \
	"Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6"   \
	"b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-"   \
	"KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_"    \
	"I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9"    \
	"gb54h4FRWyuXpoQ"
#define RFC7515_RSA_D                                                          \
	"Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_"      \
	"GQ5sLKMgvfTeXZx9SE-7YwVol2NXOoAJe46sui395IW_GO-pWJ1O0BkTGoVEn2bKV"    \
	"RUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M_V51gfpRLI9JY"    \
	"anrC4D4qAdGcopV_0ZHHzQlBjudU2QvXt4ehNYTCBr6XCLQUShb1juUO1ZdiYoFaF"    \
	"QT5Tw8bGUl_x_jTj3ccPDVZFD9pIuhLhBOneufuBiB4cS98l2SR_RQyGWSeWjnczT"    \
	"0QU91p1DhOVRuOopznQ"
#define RFC7515_RSA_FACTORS                                                    \
	"\"p\":\"4BzEEOtIpmVdVEZNCqS7baC4crd0pqnRH_5IB3jw3bcxGn6QLvnEtfdU"     \
	"diYrqBdss1l58BQ3KhooKeQTa9AB0Hw_Py5PJdTJNPY8cQn7ouZ2KKDcmnPGBY5t7"    \
	"yLc1QlQ5xHdwW1VhvKn-nXqhJTBgIPgtldC-KDV5z-y2XDwGUc\","                \
	"\"q\":\"uQPEfgmVtjL0Uyyx88GZFF1fOunH3-7cepKmtH4pxhtCoHqpWmT8YAmZx"    \
	"aewHgHAjLYsp1ZSe7zFYHj7C6ul7TjeLQeZD_YwD66t62wDmpe_HlB-TnBA-njbgl"    \
	"fIsRLtXlnDzQkv5dTltRJ11BKBBypeeF6689rjcJIDEz9RWdc\","                 \
	"\"dp\":\"BwKfV3Akq5_MFZDFZCnW-wzl-CCo83WoZvnLQwCTeDv8uzluRSnm71I3"    \
	"QCLdhrqE2e9YkxvuxdBfpT_PI7Yz-FOKnu1R6HsJeDCjn12Sk3vmAktV2zb34MCdy"    \
	"7cpdTh_YVr7tss2u6vneTwrA86rZtu5Mbr1C1XsmvkxHQAdYo0\","                \
	"\"dq\":\"h_96-mK1R_7glhsum81dZxjTnYynPbZpHziZjeeHcXYsXaaMwkOlODsW"    \
	"a7I9xXDoRwbKgB719rrmI2oKr6N3Do9U0ajaHF-NKJnwgjMd2w9cjz3_-kyNlxAr2"    \
	"v4IKhGNpmM5iIgOS1VZnOZ68m6_pbLBSp3nssTdlqvd0tIiTHU\","                \
	"\"qi\":\"IYd7DHOhrWvxkwPQsRM2tOgrjbcrfvtQJipd-DlcxyVuuM9sQLdgjVk2"    \
	"oy26F0EmpScGLq2MowX7fhd_QJQ3ydy5cY7YIBi87w93IKLEdfnbJtoOPLUW0ITrJ"    \
	"ReOgo1cq9SbsxYawBgfp_gh6A5603k2-ZQwVK0JKSHuLFkuQ3U\""
#define RFC7515_RSA_PUBLIC                                                     \
	"{\"kty\":\"RSA\",\"n\":\"" RFC7515_RSA_N "\",\"e\":\"AQAB\"}"
#define RFC7515_RSA_BARE                                                       \
	"{\"kty\":\"RSA\",\"n\":\"" RFC7515_RSA_N                              \
	"\",\"e\":\"AQAB\",\"d\":\"" RFC7515_RSA_D "\"}"
#define RFC7515_RSA_PRIVATE                                                    \
	"{\"kty\":\"RSA\",\"n\":\"" RFC7515_RSA_N                              \
	"\",\"e\":\"AQAB\",\"d\":\"" RFC7515_RSA_D "\"," RFC7515_RSA_FACTORS   \
	"}"
#define RFC7515_RS256_SIGNATURE                                                \
	"cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7"     \
	"AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4"     \
	"BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K"     \
	"0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqv"     \
	"hJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrB"     \
	"p0igcN_IoypGlUPQGe77Rw"
#define RFC7515_RS256_INPUT "eyJhbGciOiJSUzI1NiJ9." RFC7515_PAYLOAD_B64
#define RFC7515_RS256_TOKEN RFC7515_RS256_INPUT "." RFC7515_RS256_SIGNATURE

/* RFC 7515 appendix A.3. */
#define RFC7515_EC_X "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
#define RFC7515_EC_Y "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
#define RFC7515_EC_D "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"
#define RFC7515_EC_PUBLIC                                                      \
	"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" RFC7515_EC_X              \
	"\",\"y\":\"" RFC7515_EC_Y "\"}"
#define RFC7515_EC_PRIVATE                                                     \
	"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" RFC7515_EC_X              \
	"\",\"y\":\"" RFC7515_EC_Y "\",\"d\":\"" RFC7515_EC_D "\"}"
#define RFC7515_ES256_SIGNATURE                                                \
	"DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSA"     \
	"pmWQxfKTUJqPP3-Kg6NU1Q"
#define RFC7515_ES256_INPUT "eyJhbGciOiJFUzI1NiJ9." RFC7515_PAYLOAD_B64
#define RFC7515_ES256_TOKEN RFC7515_ES256_INPUT "." RFC7515_ES256_SIGNATURE

/* RFC 8037 appendix A. */
#define RFC8037_X "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
#define RFC8037_D "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
#define RFC8037_PUBLIC                                                         \
	"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" RFC8037_X "\"}"
#define RFC8037_PRIVATE                                                        \
	"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"d\":\"" RFC8037_D              \
	"\",\"x\":\"" RFC8037_X "\"}"
#define RFC8037_THUMBPRINT "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
#define RFC8037_PAYLOAD    "Example of Ed25519 signing"
#define RFC8037_INPUT      "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
#define RFC8037_SIGNATURE                                                      \
	"hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5B"     \
	"hVsPt9g7sVvpAr_MuM0KAg"
#define RFC8037_TOKEN RFC8037_INPUT "." RFC8037_SIGNATURE

/* RFC 7638 §3.1. */
#define RFC7638_PUBLIC                                                         \
	"{\"kty\":\"RSA\",\"n\":\"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiA"    \
	"FbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV"    \
	"4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YG"    \
	"jQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n"    \
	"91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_"    \
	"xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw\",\"e\":\"AQAB\","         \
	"\"alg\":\"RS256\",\"kid\":\"2011-04-29\"}"
#define RFC7638_THUMBPRINT "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"

#endif
