#!/bin/sh
# Writes .env from .env.example with fresh keys and passwords. Never overwrites: a key that is lost loses what it sealed.
set -eu
umask 077
cd "$(dirname "$0")/.."
if [ -e .env ]; then echo "There is a .env already. Its keys may have sealed something: move it away by hand if not." >&2; exit 1; fi
random() { head -c "$1" /dev/urandom | base64 | tr -d '\n'; }
# Letters and digits only, because it becomes part of an address
password() { head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n'; }
owner=$(password) app=$(password) sealer=$(password) redis=$(password)
sed -e "s|^SECRET_KEY=.*|SECRET_KEY=$(random 48)|" \
    -e "s|^VAULT_KEYS=.*|VAULT_KEYS=k1:$(random 32)|" \
    -e "s|^VAULT_INDEX_KEY=.*|VAULT_INDEX_KEY=$(random 32)|" \
    -e "s|^POSTGRES_PASSWORD=.*|POSTGRES_PASSWORD=$(password)|" \
    -e "s|^HELPLINE_OWNER_PASSWORD=.*|HELPLINE_OWNER_PASSWORD=$owner|" \
    -e "s|^HELPLINE_APP_PASSWORD=.*|HELPLINE_APP_PASSWORD=$app|" \
    -e "s|^HELPLINE_SEALER_PASSWORD=.*|HELPLINE_SEALER_PASSWORD=$sealer|" \
    -e "s|^REDIS_PASSWORD=.*|REDIS_PASSWORD=$redis|" \
    -e "/^DATABASE_URL=/s|PASSWORD@|$app@|" \
    -e "/^DATABASE_OWNER_URL=/s|PASSWORD@|$owner@|" \
    -e "/^DATABASE_SEALER_URL=/s|PASSWORD@|$sealer@|" \
    -e "/^REDIS_URL=/s|PASSWORD@|$redis@|" .env.example > .env.new
mv .env.new .env
echo "Wrote .env. Still to fill in: $(sed -n 's/^\([A-Z_]*\)=$/\1/p' .env | tr '\n' ' ')"
