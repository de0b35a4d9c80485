// Command argo-lua runs scripts as Argo CD does: by its interpreter, with the few libraries that
// it opens for scripts of users. It reads a script and an object as JSON from each line of the
// standard input, and writes what the script returned as a line; what a script does wrong ends it.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"time"

	lua "github.com/yuin/gopher-lua"
	luajson "layeh.com/gopher-json"
)

const (
	longestLine = 4 << 20
	longestRun  = time.Second
)

type question struct {
	Script string `json:"script"`
	Object any    `json:"object"`
}

func main() {
	log.SetFlags(0)
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, longestLine)
	for lines.Scan() {
		var asked question
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			log.Fatal(err)
		}
		answer, err := run(asked)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(string(answer))
	}
	if err := lines.Err(); err != nil {
		log.Fatal(err)
	}
}

func run(asked question) ([]byte, error) {
	state := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer state.Close()
	libraries := []struct {
		name string
		open lua.LGFunction
	}{
		{lua.LoadLibName, lua.OpenPackage},
		{lua.BaseLibName, lua.OpenBase},
		{lua.TabLibName, lua.OpenTable},
	}
	for _, library := range libraries {
		open(state, library.name, library.open)
	}
	state.PreloadModule(lua.OsLibName, clock)
	limited, stop := context.WithTimeout(context.Background(), longestRun)
	defer stop()
	state.SetContext(limited)
	state.SetGlobal("obj", luajson.DecodeValue(state, asked.Object))
	if err := state.DoString(asked.Script); err != nil {
		return nil, err
	}
	return luajson.Encode(state.Get(-1))
}

func open(state *lua.LState, name string, library lua.LGFunction) {
	state.Push(state.NewFunction(library))
	state.Push(lua.LString(name))
	state.Call(1, 0)
}

// clock is all that Argo CD has of the library `os`, and only for who requires it: `os` is no
// global.
func clock(state *lua.LState) int {
	whole := lua.NewState(lua.Options{SkipOpenLibs: true})
	open(whole, lua.OsLibName, lua.OpenOs)
	found := state.NewTable()
	for _, name := range []string{"date", "time"} {
		function := whole.GetField(whole.GetGlobal(lua.OsLibName), name).(*lua.LFunction)
		found.RawSetString(name, state.NewFunction(function.GFunction))
	}
	state.Push(found)
	return 1
}
