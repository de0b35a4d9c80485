from devcluster.firewall import removals

SAVED = r"""
*filter
:INPUT ACCEPT [0:0]
:KUBE-FIREWALL - [0:0]
:DOCKER - [0:0]
-A INPUT -j KUBE-FIREWALL
-A FORWARD -o docker0 -j DOCKER
COMMIT
*nat
:POSTROUTING ACCEPT [0:0]
:CNI-aaaaaaaaaaaaaaaaaaaaaaaa - [0:0]
:CNI-bbbbbbbbbbbbbbbbbbbbbbbb - [0:0]
:CNI-HOSTPORT-DNAT - [0:0]
-A POSTROUTING -s 10.88.0.2/32 -m comment --comment "name: \"trainyard\" id: \"1\"" -j CNI-aaaaaaaaaaaaaaaaaaaaaaaa
-A POSTROUTING -s 10.4.0.2/32 -m comment --comment "name: \"podman\" id: \"2\"" -j CNI-bbbbbbbbbbbbbbbbbbbbbbbb
-A CNI-aaaaaaaaaaaaaaaaaaaaaaaa -d 10.88.0.0/16 -m comment --comment "name: \"trainyard\" id: \"1\"" -j ACCEPT
COMMIT
"""  # noqa: E501 - as iptables prints it
OURS = "CNI-aaaaaaaaaaaaaaaaaaaaaaaa"


def test_rules_go_first_then_chains_are_emptied_then_deleted() -> None:
    """Iptables refuses to delete a chain that is used or not empty."""
    verbs = [arguments[2] for arguments in removals(SAVED)]
    assert verbs == sorted(verbs, key=["-D", "-F", "-X"].index)
    assert ("-t", "filter", "-D", "INPUT", "-j", "KUBE-FIREWALL") in removals(SAVED)
    assert ("-t", "nat", "-X", OURS) in removals(SAVED)


def test_rules_of_others_stay() -> None:
    """Docker's, podman's and shared chains are not ours to remove."""
    words = {word for arguments in removals(SAVED) for word in arguments}
    assert not words & {"DOCKER", "CNI-bbbbbbbbbbbbbbbbbbbbbbbb", "CNI-HOSTPORT-DNAT"}


def test_comments_keep_their_quotes() -> None:
    """A rule is only found again when its comment is given as it was."""
    rule = next(arguments for arguments in removals(SAVED) if OURS in arguments)
    assert rule[rule.index("--comment") + 1] == 'name: "trainyard" id: "1"'


def test_a_clean_machine_needs_nothing() -> None:
    """A second `down` runs no command."""
    assert removals("*nat\n:POSTROUTING ACCEPT [0:0]\nCOMMIT\n") == ()
