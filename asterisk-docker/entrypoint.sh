#!/bin/sh
# Fills in the configuration and becomes Asterisk. The same file and paths serve in the image and in
# the root folder that `ccserver up` uses where no container engine runs.
set -eu

: "${CC_AMI_SECRET:?the secret of the AMI account must be set}"
: "${CC_BIND:=0.0.0.0}"
: "${CC_SIP_PORT:=5060}"
: "${CC_AMI_BIND:=127.0.0.1}"
: "${CC_AMI_PORT:=5038}"
: "${CC_AMI_PERMIT:=127.0.0.1/255.255.255.255}"
: "${CC_AGI_URL:=agi://127.0.0.1:4573}"
: "${CC_RECORD_AWAY:=yes}"
: "${CC_HTTP_PORT:=8088}"
# For browsers of other machines: files with certificate (and those between it and the root) and key.
: "${CC_TLS_CERT:=}"
: "${CC_TLS_KEY:=}"
: "${CC_TLS_PORT:=8089}"
: "${CC_RTP_FIRST:=10000}"
: "${CC_RTP_LAST:=19999}"
# Empty: each talk uses the address on which it came in.
: "${CC_MEDIA_ADDRESS:=}"
# The provider's addresses (a list with commas), and where calls to the outside are sent.
: "${CC_TRUNK_MATCH:=127.0.0.2}"
: "${CC_TRUNK_CONTACT:=sip:127.0.0.2:5060}"
# Empty: stay who we are.
: "${CC_RUN_AS:=}"
if [ -n "$CC_MEDIA_ADDRESS" ]; then CC_BIND_RTP=yes; else CC_BIND_RTP=no; fi
case "${CC_TLS_CERT:+cert}${CC_TLS_KEY:+key}" in
    '') CC_TLS=no CC_HTTP_BIND=$CC_BIND ;;
    certkey) CC_TLS=yes CC_HTTP_BIND=127.0.0.1 ;;
    *) echo "CC_TLS_CERT and CC_TLS_KEY: set both, or none." >&2; exit 64 ;;
esac
for file in "$CC_TLS_CERT" "$CC_TLS_KEY"; do
    [ -z "$file" ] || [ -r "$file" ] || { echo "$file cannot be read (CC_TLS_CERT, CC_TLS_KEY)." >&2; exit 64; }
done
for CC_MODULES in /usr/lib/*/asterisk/modules; do :; done

templates=/usr/share/ccserver/etc/asterisk
etc=/etc/asterisk
names='CC_AMI_SECRET CC_BIND CC_SIP_PORT CC_AMI_BIND CC_AMI_PORT CC_AMI_PERMIT CC_AGI_URL CC_HTTP_PORT
CC_RTP_FIRST CC_RTP_LAST CC_MEDIA_ADDRESS CC_BIND_RTP CC_TRUNK_MATCH CC_TRUNK_CONTACT CC_MODULES CC_RECORD_AWAY
CC_TLS CC_TLS_CERT CC_TLS_KEY CC_TLS_PORT CC_HTTP_BIND'

umask 027
mkdir -p "$etc" /var/spool/asterisk/recording /var/spool/asterisk/tmp /var/log/asterisk /run/asterisk \
    /var/lib/asterisk/keys /var/lib/asterisk/cc-sounds/music

# sed's own signs in a value are quoted, so that a secret may hold anything but a line break.
script=
for name in $names; do
    eval "value=\$$name"
    value=$(printf '%s' "$value" | sed 's/[\\&|]/\\&/g')
    script="$script
s|@$name@|$value|g"
done
for file in "$templates"/*.conf; do
    sed "$script" "$file" > "$etc/${file##*/}.new"
    mv "$etc/${file##*/}.new" "$etc/${file##*/}"
done
# An empty media address is no address: leave the line out.
if [ -z "$CC_MEDIA_ADDRESS" ]; then
    sed -i '/media_address = *$/d' "$etc/pjsip.conf" "$etc/pjsip_agent_template.conf"
fi
if [ "$CC_TLS" = no ]; then sed -i '/^tls[bcp]/d' "$etc/http.conf"; fi
# The agents' phones are ccserver's to write, over AMI; they outlive a restart.
[ -e "$etc/pjsip_agents.conf" ] || cp "$etc/pjsip_agent_template.conf" "$etc/pjsip_agents.conf"

# Without these two names every call waits 5 s and more for DNS (acl.c, res_rtp_asterisk.c).
for name in "$(hostname)" A.ROOT-SERVERS.NET; do
    grep -qwF -- "$name" /etc/hosts || printf '127.0.0.1 %s\n' "$name" >> /etc/hosts
done

# Two sockets a talk and a few files: the usual 1,024 would end at 250 calls.
hard=$(ulimit -Hn)
if [ "$hard" = unlimited ] || [ "$hard" -gt 65536 ]; then hard=65536; fi
ulimit -n "$hard"

if [ -n "$CC_RUN_AS" ]; then
    chown "$CC_RUN_AS" "$etc" "$etc"/*.conf
    chown -R "$CC_RUN_AS" /var/spool/asterisk /var/log/asterisk /run/asterisk /var/lib/asterisk
    exec asterisk -fn -C "$etc/asterisk.conf" -U "$CC_RUN_AS"
fi
exec asterisk -fn -C "$etc/asterisk.conf"
