// The log of statements, by the code of Go's checksum database: golang.org/x/mod/sumdb/note and tlog.
//
// Usage: go run tlog/main.go URL VERIFIER OLD_CHECKPOINT PROOF...
//
// Reads the log at URL (such as http://127.0.0.1:8080/log): its checkpoint has the signature of VERIFIER, its tiles have the
// hash the checkpoint tells, its entries are those of the tiles, and OLD_CHECKPOINT (a file, or - for none) is of a part of
// it. Each PROOF, a .tlog-proof file, leads to its checkpoint; altered ones do not. Exits with 1 when anything is not so.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

func must(err error, what string) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "tlog: %s: %v\n", what, err)
		os.Exit(1)
	}
}

func refuse(what string) { must(fmt.Errorf("it should not be so"), what) }

func get(url string) ([]byte, error) {
	answer, err := http.Get(url)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != 200 {
		err = fmt.Errorf("%s: %s %s", url, answer.Status, body)
	}
	return body, err
}

// Tiles as C2SP tlog-tiles addresses them: without the height.
type tiles struct{ url string }

func (tiles) Height() int { return height }

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range wanted {
		path := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", height), "tile/", 1)
		data, err := get(t.url + "/" + path)
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func (tiles) SaveTiles([]tlog.Tile, [][]byte) {}

// The tree a signed note tells, whose first line is the name of the log.
func open(text []byte, verifier note.Verifier) (tlog.Tree, error) {
	opened, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		return tlog.Tree{}, fmt.Errorf("the note is of another log: %q", lines[0])
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

func entries(url string, size int64) ([][]byte, error) {
	var all [][]byte
	for first := int64(0); first < size; first += 256 {
		tile := tlog.Tile{H: height, L: 0, N: first / 256, W: 256}
		if size-first < 256 {
			tile.W = int(size - first)
		}
		path := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/0/", height), "tile/entries/", 1)
		data, err := get(url + "/" + path)
		if err != nil {
			return nil, err
		}
		for len(data) > 0 {
			length := int(binary.BigEndian.Uint16(data))
			all = append(all, data[2:2+length])
			data = data[2+length:]
		}
	}
	return all, nil
}

type proof struct {
	entry []byte
	index int64
	path  tlog.RecordProof
	tree  tlog.Tree
}

func parse(text string, verifier note.Verifier) (proof, error) {
	var p proof
	head, checkpoint, found := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return p, fmt.Errorf("no proof: %q", text)
	}
	var err error
	if p.entry, err = base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra ")); err != nil {
		return p, err
	}
	if p.index, err = strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64); err != nil {
		return p, err
	}
	for _, line := range lines[3:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return p, err
		}
		p.path = append(p.path, hash)
	}
	p.tree, err = open([]byte(checkpoint), verifier)
	return p, err
}

func main() {
	if len(os.Args) < 4 {
		fmt.Fprintln(os.Stderr, "usage: go run tlog/main.go URL VERIFIER OLD_CHECKPOINT PROOF...")
		os.Exit(2)
	}
	url, old := os.Args[1], os.Args[3]
	verifier, err := note.NewVerifier(os.Args[2])
	must(err, "the key of the log")
	text, err := get(url + "/checkpoint")
	must(err, "the checkpoint")
	tree, err := open(text, verifier)
	must(err, "the checkpoint")
	if _, err := open([]byte(strings.Replace(string(text), "\n", "x\n", 1)), verifier); err == nil {
		refuse("an altered checkpoint was accepted")
	}

	reader := tlog.TileHashReader(tree, tiles{url})
	if tree.N == 0 {
		refuse("the log has no entry yet")
	}
	root, err := tlog.TreeHash(tree.N, reader)
	must(err, "the tiles")
	if root != tree.Hash {
		refuse("the tiles have another hash than the checkpoint tells")
	}
	all, err := entries(url, tree.N)
	must(err, "the entries")
	if int64(len(all)) != tree.N {
		refuse(fmt.Sprintf("%d entries of %d", len(all), tree.N))
	}
	for index, entry := range all {
		hashes, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, int64(index))})
		must(err, "the hash of an entry")
		if hashes[0] != tlog.RecordHash(entry) {
			refuse(fmt.Sprintf("entry %d is not the one in the tree", index))
		}
	}

	if old != "-" {
		text, err := os.ReadFile(old)
		must(err, "the old checkpoint")
		before, err := open(text, verifier)
		must(err, "the old checkpoint")
		if before.N < tree.N {
			path, err := tlog.ProveTree(tree.N, before.N, reader)
			must(err, "from the old checkpoint to the new one")
			must(tlog.CheckTree(path, tree.N, tree.Hash, before.N, before.Hash), "the old checkpoint")
			other := before.Hash
			other[0] ^= 1
			if tlog.CheckTree(path, tree.N, tree.Hash, before.N, other) == nil {
				refuse("another old checkpoint was accepted")
			}
		} else if before != tree {
			refuse("the log is shorter than it was, or another one")
		}
		fmt.Printf("tlog: %d entries are the beginning of %d\n", before.N, tree.N)
	}

	for _, file := range os.Args[4:] {
		text, err := os.ReadFile(file)
		must(err, file)
		p, err := parse(string(text), verifier)
		must(err, file)
		must(tlog.CheckRecord(p.path, p.tree.N, p.tree.Hash, p.index, tlog.RecordHash(p.entry)), file)
		if tlog.CheckRecord(p.path, p.tree.N, p.tree.Hash, p.index, tlog.RecordHash(append(p.entry, ' '))) == nil {
			refuse(file + ": another entry was accepted")
		}
		if string(all[p.index]) != string(p.entry) {
			refuse(file + ": the log has another entry there")
		}
	}
	fmt.Printf("tlog: %d entries, %d proofs\n", tree.N, len(os.Args)-4)
}
