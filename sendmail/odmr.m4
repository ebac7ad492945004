divert(-1)
dnl #
dnl # odmr.m4 - what Sendmail needs so that odmrd can hand the mail of its customers over.
dnl #
dnl # One line in sendmail.mc takes it in, in front of MAILER_DEFINITIONS and the MAILER lines; sendmail.mc.fragment shows
dnl # it. Every name below can be defined before that line; otherwise it is what stands here.
dnl #
dnl # confODMR_SOCKET           where odmrd takes the mail (lmtp_socket of odmr.conf)
dnl # confODMR_CONTROL_PORT     where odmrd says ETRN, on 127.0.0.1 (sendmail_control of odmr.conf)
dnl # confODMR_QUEUE            the directory where customers' mail waits. It must lie in QueueDirectory:
dnl #                           install -d -o smmta -g smmsp -m 2750 /var/spool/mqueue/odmr
dnl # confODMR_RUNNERS          how many processes hand over a customer's mail at the same time, at most. Each waits for
dnl #                           the answer to its message, so with a round trip of 100 ms each is good for ten messages
dnl #                           a second; each needs about 1 MB while it lasts
dnl # confODMR_INTERVAL         how often Sendmail looks whether mail that waits has expired (Timeout.queuereturn). Nothing
dnl #                           is attempted then
dnl # confODMR_PART             where two Sendmails share the work, as docs/sendmail.md has it: "arrivals" for the one that
dnl #                           takes mail in, "deliveries" for the one that hands it over. Otherwise one does both
dnl # confODMR_MILTER           where odmr-milter listens: local:/path, or inet:port@host
dnl # confODMR_MILTER_TIMEOUTS  how long Sendmail waits for it: to connect, to write, to read and at the end of a message
dnl #

_DEFIFNOT(`confODMR_SOCKET', `/run/odmr/lmtp')
_DEFIFNOT(`confODMR_CONTROL_PORT', `10025')
_DEFIFNOT(`confODMR_QUEUE', `/var/spool/mqueue/odmr')
_DEFIFNOT(`confODMR_RUNNERS', `32')
_DEFIFNOT(`confODMR_INTERVAL', `1h')
_DEFIFNOT(`confODMR_PART', `both')
_DEFIFNOT(`confODMR_MILTER', `local:/run/odmr/milter')
_DEFIFNOT(`confODMR_MILTER_TIMEOUTS', `C:5s;S:10s;R:10s;E:30s')

dnl # The customers' domains are read from these two tables, which "odmrctl maps" keeps. Recipient domains are taken as they
dnl # are, for an alias found in the DNS would not be the customer's domain; and while the DNS did not answer, mail that
dnl # waits could not be handed over.
ifdef(`_MAILER_TABLE_', `', `FEATURE(`mailertable')')
ifdef(`_ACCESS_TABLE_', `', `FEATURE(`access_db')')
ifdef(`_NO_CANONIFY_', `', `FEATURE(`nocanonify')')

dnl # F=f: each of the R= processes has a share of the mail and a connection of its own. With R=0 no queue run ever looks
dnl # at it: that is the other Sendmail's business, for which it is the whole queue.
ifelse(confODMR_PART, `deliveries', `define(`QUEUE_DIR', confODMR_QUEUE)
QUEUE_GROUP(`mqueue', `P=confODMR_QUEUE, F=f, R=confODMR_RUNNERS, I=confODMR_INTERVAL')',
confODMR_PART, `arrivals', `QUEUE_GROUP(`odmr', `P=confODMR_QUEUE, F=f, R=0, I=1d')',
`QUEUE_GROUP(`odmr', `P=confODMR_QUEUE, F=f, R=confODMR_RUNNERS, I=confODMR_INTERVAL')')

dnl # ETRN (RFC 1985) is answered here and nowhere else. No filter has a say here, and none can delay it.
ifelse(confODMR_PART, `arrivals', `',
`DAEMON_OPTIONS(`Family=inet, Name=ODMR-ctl, Addr=127.0.0.1, Port=confODMR_CONTROL_PORT, InputMailFilters=')')

dnl # No F=: while odmr-milter is not there, mail goes its way without it.
ifelse(confODMR_PART, `deliveries', `', `INPUT_MAIL_FILTER(`odmr', `S=confODMR_MILTER, T=confODMR_MILTER_TIMEOUTS')
define(`confMILTER_MACROS_EOM', defn(`confMILTER_MACROS_EOM')`, i, {msg_size}, {nrcpts}')')

dnl # z     LMTP (RFC 2033): one reply for each recipient
dnl # %     waits in the queue until ETRN asks for it: no attempt at arrival, none in a queue run
dnl # m     all recipients of a message in one transaction
dnl # u     the local part of an address is left as it is
dnl # X     dots at the beginning of a line are doubled (RFC 5321 section 4.5.2)
dnl # Nothing adds a Date, a From or a Message-ID (D, F, M): a relay leaves a message as it is (RFC 5321 section 6.4).
PUSHDIVERT(7)
Modmr,		P=[IPC], F=muXz%, S=EnvFromSMTP/HdrFromSMTP, R=EnvToSMTP, E=\r\n, L=0,
		T=DNS/RFC822/SMTP, ifelse(confODMR_PART, `deliveries', `', `Q=odmr,')
		A=FILE confODMR_SOCKET
POPDIVERT

PUSHDIVERT(9)
Scheck_etrn
R$*			$: $&{daemon_name}
RODMR-ctl		$@ OK
R$*			$#error $@ 5.7.1 $: "550 5.7.1 ETRN not allowed here"
POPDIVERT
divert(0)dnl
