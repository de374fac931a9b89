#!/usr/bin/perl
# A message centre that speaks SMPP 3.4 by Debian's Net::SMPP: the peer of alerts/channel/smpp, which shares no code with it.
#
#   smsc.pl [SYSTEM_ID PASSWORD]     listens on a free port of 127.0.0.1 and says which
#
# Every event is one line of JSON on stdout. Orders come on stdin, one a line:
#   status CODE N            answer the next N submit_sm with this command_status
#   drop N                   do not answer the next N submit_sm
#   receipts text|tlv|off    send a receipt DELAY seconds after each acceptance; in the text form the id is decimal, while
#   delay SECONDS            submit_sm_resp has it in hexadecimal
#   state NAME               what receipts say: DELIVRD, UNDELIV …
#   reply NUMBER CODING HEX  send a customer's message; in three parts when CODING is followed by "udh"
#   enquire | unbind | cut   ask whether the client lives; end the session; close the connection without a word
use strict;
use warnings;
use Encode qw(decode);
use IO::Select;
use JSON::PP;
use Net::SMPP;

my ($system_id, $password) = (@ARGV, 'cardwatch', 'secret08')[0, 1];
my %order = (status => 0, failing => 0, dropping => 0, receipts => 'off', delay => 0, state => 'DELIVRD');
my %states = (ENROUTE => 1, DELIVRD => 2, EXPIRED => 3, DELETED => 4, UNDELIV => 5, ACCEPTD => 6, UNKNOWN => 7, REJECTD => 8);
my $json = JSON::PP->new->canonical->utf8;
my ($next_id, $client, @due, %parts) = (0x4B0A1B);
$| = 1;

sub event { my %e = @_; print $json->encode(\%e), "\n" }

# characters reads a text by its data_coding, with Perl's own tables.
sub characters {
    my ($coding, $octets) = @_;
    my %encoding = (0 => 'gsm0338', 1 => 'ascii', 3 => 'iso-8859-1', 8 => 'UTF-16BE');
    return decode($encoding{$coding} // 'iso-8859-1', $octets, Encode::FB_CROAK);
}

# whole takes a part's user data header off and puts the parts together; undef while some are missing.
sub whole {
    my ($pdu) = @_;
    my $text = $pdu->{short_message};
    return $pdu->{message_payload} if $text eq '' && defined $pdu->{message_payload};
    my ($ref, $total, $number);
    if ($pdu->{esm_class} & 0x40) {
        my $length = unpack 'C', $text;
        (my ($id, $size), $ref, $total, $number) = unpack 'xC5', $text;
        die "a header of $length octets, element $id of $size\n" unless $length == 5 && $id == 0 && $size == 3;
        $text = substr $text, 6;
        my $room = $pdu->{data_coding} == 0 ? 153 : 134;
        die 'a part of ' . length($text) . " octets\n" if length $text > $room;
    } elsif (defined $pdu->{sar_total_segments}) {
        ($ref, $total, $number) = map { unpack 'C', substr $_, -1 } @{$pdu}{qw(sar_msg_ref_num sar_total_segments sar_segment_seqnum)};
    } else {
        return $text;
    }
    my $have = $parts{"$pdu->{destination_addr}/$ref/$total"} //= {};
    $have->{$number} = $text;
    return unless keys %$have == $total;
    return join '', map { $have->{$_} } 1 .. $total;
}

sub faults {
    my ($pdu) = @_;
    my @faults;
    push @faults, 'destination' unless $pdu->{destination_addr} =~ /^[0-9]{7,15}$/ && $pdu->{dest_addr_ton} == 1 && $pdu->{dest_addr_npi} == 1;
    push @faults, 'validity_period' unless $pdu->{validity_period} =~ /^(?:[0-9]{15}R|[0-9]{15}[+-]|)$/;
    push @faults, 'registered_delivery' unless $pdu->{registered_delivery} == 1;
    push @faults, 'data_coding' unless $pdu->{data_coding} =~ /^[038]$/;
    return @faults;
}

sub submit {
    my ($pdu) = @_;
    if ($order{dropping}) { $order{dropping}--; return event(event => 'dropped') }
    if ($order{failing}) {
        $order{failing}--;
        event(event => 'refused', status => $order{status});
        return $client->submit_sm_resp(seq => $pdu->{seq}, status => $order{status}, message_id => '');
    }
    my @faults = faults($pdu);
    if (@faults) {
        event(event => 'invalid', faults => \@faults);
        return $client->submit_sm_resp(seq => $pdu->{seq}, status => 0x45, message_id => '');
    }
    my $id = sprintf '%X', ++$next_id;
    $client->submit_sm_resp(seq => $pdu->{seq}, message_id => $id);
    my $text = eval { whole($pdu) };
    return event(event => 'invalid', faults => [$@]) if $@;
    event(event => 'submit', id => $id, to => $pdu->{destination_addr}, source => $pdu->{source_addr}, source_ton => $pdu->{source_addr_ton},
        coding => $pdu->{data_coding}, esm_class => $pdu->{esm_class}, validity => $pdu->{validity_period},
        text => defined $text ? characters($pdu->{data_coding}, $text) : undef);
    push @due, [time + $order{delay}, $next_id, $pdu->{destination_addr}, $pdu->{source_addr}] if $order{receipts} ne 'off';
}

sub receipt {
    my (undef, $id, $from, $to) = @{+shift};
    my @message = (source_addr_ton => 1, source_addr_npi => 1, source_addr => $from, destination_addr => $to, esm_class => 4);
    if ($order{receipts} eq 'tlv') {
        push @message, receipted_message_id => sprintf("%X\0", $id), message_state => pack('C', $states{$order{state}});
    } else {
        push @message, short_message => "id:$id sub:001 dlvrd:001 submit date:2611252300 done date:2611252301 stat:$order{state} err:000 text:";
    }
    $client->deliver_sm(@message);
}

sub reply {
    my ($number, $coding, $hex, $udh) = @_;
    my @message = (source_addr_ton => 1, source_addr_npi => 1, source_addr => $number, destination_addr => '95588', data_coding => $coding);
    my $text = pack 'H*', $hex;
    return $client->deliver_sm(@message, short_message => $text) unless $udh;
    my $size = 2 * int(length($text) / 6 + 1);
    my $n = 0;
    $client->deliver_sm(@message, esm_class => 0x40, short_message => pack('C6a*', 5, 0, 3, 42, 3, ++$n, substr $text, ($n - 1) * $size, $size)) for 1 .. 3;
}

sub obey {
    my ($verb, @args) = split ' ', shift;
    if    ($verb eq 'status') { @order{qw(status failing)} = @args }
    elsif ($verb eq 'drop')   { $order{dropping} = $args[0] }
    elsif (exists $order{$verb}) { $order{$verb} = $args[0] }
    elsif ($verb eq 'reply')   { reply(@args) }
    elsif ($verb eq 'enquire') { $client->enquire_link }
    elsif ($verb eq 'unbind')  { $client->unbind }
    elsif ($verb eq 'cut')     { return hang_up() }
    else                       { die "no such order: $verb\n" }
    event(event => 'obeyed', verb => $verb);
}

my ($listener, $select);

sub hang_up {
    $select->remove($client);
    close $client;
    undef $client;
    event(event => 'closed');
}

sub serve {
    my $pdu = $client->read_pdu or return hang_up();
    my $name = $pdu->explain_cmd;
    if ($name eq 'bind_transceiver') {
        my $good = $pdu->{system_id} eq $system_id && $pdu->{password} eq $password && $pdu->{interface_version} == 0x34;
        $client->bind_transceiver_resp(seq => $pdu->{seq}, status => $good ? 0 : 0x0E, system_id => 'perl');
        event(event => 'bind', accepted => $good ? JSON::PP::true : JSON::PP::false);
    }
    elsif ($name eq 'submit_sm')    { submit($pdu) }
    elsif ($name eq 'enquire_link') { $client->enquire_link_resp(seq => $pdu->{seq}) }
    elsif ($name eq 'unbind')       { $client->unbind_resp(seq => $pdu->{seq}); event(event => 'unbind') }
    else                            { event(event => $name, status => $pdu->{status}) }
}

$listener = Net::SMPP->new_listen('127.0.0.1', port => 0, async => 1) or die "cannot listen: $!\n";
$select = IO::Select->new($listener, \*STDIN);
event(event => 'listening', port => $listener->sockport);
my $orders = '';
while (1) {
    for my $ready ($select->can_read(0.05)) {
        if ($ready == $listener) { $client = $listener->accept; $client->autoflush(1); $select->add($client) }
        elsif ($ready == \*STDIN) {
            sysread(STDIN, $orders, 4096, length $orders) or exit 0;
            obey($1) while $orders =~ s/^(.*)\n//;
        }
        elsif ($client && $ready == $client) { serve() }
    }
    while ($client && @due && $due[0][0] <= time) { receipt(shift @due) }
}
