package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/open-feature/flagd/core/pkg/evaluator"
	"github.com/open-feature/flagd/core/pkg/logger"
	"github.com/open-feature/flagd/core/pkg/store"
	"github.com/open-feature/flagd/core/pkg/sync"
	"go.uber.org/zap"
)

type request struct {
	Config   string           `json:"config"`
	Contexts []map[string]any `json:"contexts"`
}

func main() {
	log := logger.NewLogger(zap.NewNop(), false)
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	for {
		line, err := in.ReadBytes('\n')
		if err == io.EOF {
			return
		}
		var r request
		if err := json.Unmarshal(line, &r); err != nil {
			panic(err)
		}
		json.NewEncoder(out).Encode(answer(log, r))
		out.Flush()
	}
}

func answer(log *logger.Logger, r request) (reply map[string]any) {
	defer func() {
		if e := recover(); e != nil {
			reply = map[string]any{"error": fmt.Sprint(e)}
		}
	}()
	s, err := store.NewStore(log, []string{"s"})
	if err != nil {
		return map[string]any{"error": err.Error()}
	}
	ev := evaluator.NewJSON(log, s)
	if err := ev.SetState(sync.DataSync{FlagData: r.Config, Source: "s"}); err != nil {
		return map[string]any{"error": err.Error()}
	}
	all := []any{}
	for _, c := range r.Contexts {
		values, _, err := ev.ResolveAllValues(context.Background(), "", c)
		if err != nil {
			return map[string]any{"error": err.Error()}
		}
		one := map[string]any{}
		for _, v := range values {
			e := ""
			if v.Error != nil {
				e = v.Error.Error()
			}
			one[v.FlagKey] = []any{v.Variant, v.Reason, e, v.Value}
		}
		all = append(all, one)
	}
	return map[string]any{"answers": all}
}
